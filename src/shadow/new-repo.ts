import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { syncTree } from '../git/durable-file.js';
import { resolveIdentity } from '../git/identity.js';
import { encodeIndex } from '../git/index-file.js';
import { oidToHex } from '../git/object-id.js';
import { ObjectWriter } from '../git/object-writer.js';
import { reflogLine } from '../git/reflog.js';
import { setRepoConfig } from '../git/repo-config.js';
import type { TreeEntry } from '../git/tree-codec.js';
import { FileMode } from '../git/tree-codec.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { localIsoTime } from '../util/time.js';
import { gitDirectoryMode } from './access.js';
import { INITIAL_BRANCHES, STUB_BRANCH } from './branches.js';
import type { RunOptions } from './run-options.js';
import { REALDIR_KEY } from './shadow-repo.js';
import type { StubFiles } from './stub-files.js';
import { STUB_FILE_NAMES } from './stub-files.js';

/** What a new shadow repo starts with. */
export interface NewRepo {
  readonly realdir: ByteString;
  readonly uuid: string;
  readonly stub: StubFiles;
}

/** Spelled out, so that the user's defaults for new repositories have no say. */
const CONFIG =
  '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n' +
  '[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n';

/**
 * Fills an existing, empty directory with a complete shadow repo, synced to disk. The directory is
 * meant to be renamed to its final place afterwards.
 *
 * @param mode mode of the final directory; the Git directory is not open any wider
 */
export async function buildRepo(
  directory: ByteString,
  mode: number,
  { realdir, uuid, stub }: NewRepo,
  options: RunOptions,
): Promise<void> {
  const gitDir = joinPath(directory, '.git');
  const write = (name: string, text: ByteString | Buffer): void =>
    writeFileSync(fsPath(joinPath(directory, name)), typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  for (const name of ['', 'objects', 'objects/info', 'objects/pack', 'refs', 'refs/heads', 'refs/tags', 'logs', 'logs/refs', 'logs/refs/heads', 'info', 'fso']) {
    mkdirSync(fsPath(joinPath(gitDir, name)));
  }
  write('.git/HEAD', `ref: ${STUB_BRANCH}\n`);
  write('.git/config', CONFIG);
  setRepoConfig(gitDir, REALDIR_KEY, realdir);
  write('.git/fso/uuid', `${uuid}\n`);

  const objects = ObjectWriter.open(gitDir);
  const entries: TreeEntry[] = [];
  for (const name of STUB_FILE_NAMES) {
    const text = stub[name];
    if (text === undefined) continue;
    write(name, text);
    entries.push({ name, mode: FileMode.file, oid: objects.writeBlob(text) });
  }
  const now = new Date();
  const identity = await resolveIdentity(gitDir, options.env, now);
  const commit = objects.writeCommit({
    tree: objects.writeTree(entries),
    parents: [],
    ...identity,
    message: `init ${localIsoTime(now)}\n`,
  });
  objects.finish().release();
  // Written by hand, because everything is synced at once below.
  const log = reflogLine({ from: null, to: commit, who: identity.committer, message: 'git-fso: init' });
  for (const name of [...INITIAL_BRANCHES, 'HEAD']) write(`.git/logs/${name}`, log);
  for (const branch of INITIAL_BRANCHES) write(`.git/${branch}`, `${oidToHex(commit)}\n`);
  write('.git/index', encodeIndex(entries));
  chmodSync(fsPath(gitDir), gitDirectoryMode(mode));
  syncTree(directory);
}
