import { chmodSync, writeFileSync } from 'node:fs';
import { syncTree } from '../../storage/durable-file.js';
import { fileModeOf, makeDirectory, PRIVATE_DIRECTORY, PRIVATE_FILE } from '../../storage/file-mode.js';
import { resolveIdentity } from '../../git/commits/identity.js';
import { encodeIndex } from '../../git/index/index-file.js';
import { oidToHex } from '../../git/objects/object-id.js';
import { ObjectWriter } from '../../git/objects/object-writer.js';
import { reflogLine } from '../../git/refs/reflog.js';
import { setRepoConfig } from '../../git/config/repo-config.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { Bounds } from '../../realdir/reach/reach.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { localIsoTime } from '../../util/time/time.js';
import { gitDirectoryMode } from '../access/access.js';
import { sharingOf } from '../access/sharing.js';
import { INITIAL_BRANCHES, STUB_BRANCH } from '../facets.js';
import { identityFile } from '../layout/realdir-identity.js';
import type { RunOptions } from '../transaction/run-options.js';
import { REALDIR_KEY } from '../shadow-repo.js';
import type { StubFiles } from '../stub/stub-files.js';
import { STUB_FILE_NAMES } from '../stub/stub-files.js';

/** What a new shadow repo starts with. */
export interface NewRepo {
  readonly realdir: ByteString;
  readonly bounds: Bounds;
  readonly uuid: string;
  readonly stub: StubFiles;
}

/** Spelled out, so that the user's defaults for new repositories have no say. */
const configText = (fileMode: number): string =>
  `[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n\tsharedRepository = ` +
    `${sharingOf(fileMode)}\n` +
  '[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n';

/**
 * Fills an existing, empty directory with a complete shadow repo, synced to disk. The directory is
 * meant to be renamed to its final place afterwards.
 *
 * @param mode mode of the final directory; nothing in it is open any wider, whatever the umask says
 */
export function buildRepo(
  directory: ByteString,
  mode: number,
  { realdir, bounds, uuid, stub }: NewRepo,
  options: RunOptions,
): void {
  const gitDir = joinPath(directory, '.git');
  const gitMode = gitDirectoryMode(mode);
  const fileMode = fileModeOf(gitMode);
  const write = (name: string, text: ByteString | Buffer, bits = fileMode): void => {
    const path = fsPath(joinPath(directory, name));
    writeFileSync(path, typeof text === 'string' ? Buffer.from(text, 'latin1') : text, { mode: PRIVATE_FILE });
    chmodSync(path, bits);
  };
  for (const name of [
    '',
    'objects',
    'objects/info',
    'objects/pack',
    'refs',
    'refs/heads',
    'refs/tags',
    'logs',
    'logs/refs',
    'logs/refs/heads',
    'info',
    'fso',
  ]) {
    makeDirectory(joinPath(gitDir, name), name === 'fso' ? PRIVATE_DIRECTORY : gitMode);
  }
  write('.git/HEAD', `ref: ${STUB_BRANCH}\n`);
  write('.git/config', configText(fileMode));
  setRepoConfig(gitDir, REALDIR_KEY, realdir);
  write('.git/fso/uuid', `${uuid}\n`, PRIVATE_FILE);
  const known = identityFile(realdir, bounds);
  if (known !== null) write(`.git/${known.path}`, known.text, PRIVATE_FILE);

  const objects = ObjectWriter.open(gitDir);
  const entries: TreeEntry[] = [];
  for (const name of STUB_FILE_NAMES) {
    const text = stub[name];
    if (text === undefined) continue;
    write(name, text);
    entries.push({ name, mode: FileMode.file, oid: objects.writeBlob(text) });
  }
  const now = new Date();
  const identity = resolveIdentity(gitDir, options.env, now);
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
  syncTree(directory);
}
