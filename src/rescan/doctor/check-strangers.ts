import type { Stats } from 'node:fs';
import { lstatSync, readdirSync } from 'node:fs';
import { foreignFiles } from '../../git/process/plain-repository.js';
import { directoryOf } from '../../storage/durable-file.js';
import { trustedOwners } from '../../shadow/gate/owner.js';
import { listShadowRepos } from '../../shadow/layout/list-repos.js';
import { exposureOf, writersOf } from '../../shadow/gate/exposure.js';
import { subdirectoriesIn } from '../../shadow/layout/directory-names.js';
import { STATE } from '../../shadow/remembered/state-directory.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText, fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { shellWord } from '../../util/text/shell-word.js';
import type { PlannedRepo } from '../plan/planned-repo.js';
import { describeHook } from '../hooks/run-hook.js';
import type { ChangeHook, Site } from '../site.js';
import type { Finding } from './finding.js';
import { common, error, warning } from './finding.js';

/** What a check of an installation needs to know besides the configuration. */
export interface Installation {
  /** Absolute path of the configuration, as text. */
  readonly file: string;
  /** The variable PATH. */
  readonly searchPath: string;
}

const NOT_SEEN = ['ENOENT', 'ENOTDIR', 'EACCES'];
const LINK = common('are links, or other things that git-fso does not make, in the shadow tree', 'find out who made them, and remove them');
const MOVABLE = common(
  'can be moved away, or replaced, by anybody, as they are in directories that anybody may write',
  'run chmod o-w, or chmod +t, on these directories',
);

const statOf = (path: ByteString): Stats | undefined => unlessErrno(NOT_SEEN, undefined, () => lstatSync(fsPath(path)));

/** Checks who else decides what git-fso does, and where: by what it runs, reads as its configuration, and writes to. */
export function* checkStrangers(site: Site, { file, searchPath }: Installation): Generator<Finding> {
  const owners = trustedOwners(site.location.root);
  for (const entry of searchPath.split(':')) {
    if (entry.startsWith('/')) continue;
    const what = entry === '' ? 'an empty entry, which is the current directory' : `the relative entry ${entry}`;
    yield warning(
      'PATH',
      `has ${what}: git-fso leaves it out, but programs that others start would be those of strangers`,
      'have only absolute paths in PATH',
    );
  }
  yield* exposed(bytesOfText(file), 'the configuration', owners);
  yield* exposed(directoryOf(site.location.root), 'the directory of the shadow root', owners);
  if (site.metricsFile !== null) yield* exposed(directoryOf(site.metricsFile), 'the directory of metrics', owners, true);
  for (const { path, onChange } of site.roots) {
    const found = exposureOf(directoryOf(path), { owners: null });
    if (found !== null)
      yield warning(
        textOfBytes(path),
        `others may put something else in its place: ${textOfBytes(directoryOf(path))} ${found.message}`,
        `${found.remedy}, or chmod +t`,
      );
    for (const hook of onChange) yield* checkPrograms(hook, searchPath, owners);
  }
  yield* checkLinks(site);
}

function* exposed(path: ByteString, what: string, owners: ReadonlySet<number>, isForNewFiles = false): Generator<Finding> {
  const found = exposureOf(path, { owners, isForNewFiles });
  if (found !== null) yield error(textOfBytes(path), `${what}: ${found.message}`, found.remedy);
}

/** Programs of a hook, and files that these are given: a script is one for its interpreter. */
function* checkPrograms(hook: ChangeHook, searchPath: string, owners: ReadonlySet<number>): Generator<Finding> {
  const words = hook.kind === 'shell' ? hook.shell.split(/[\s'"`;|&<>()]+/) : hook.command;
  for (const [index, word] of words.entries()) {
    const path = bytesOfText(word.includes('/') || index > 0 ? word : (fileOnPath(word, searchPath) ?? word));
    if (!path.startsWith('/') || statOf(path) === undefined || statOf(path)?.isDirectory() === true) continue;
    yield* exposed(path, `onChange ${describeHook(hook)}`, owners);
  }
}

function fileOnPath(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(':')
    .filter((entry) => entry.startsWith('/'))
    .map((entry) => `${entry}/${name}`)
    .find((file) => statOf(bytesOfText(file)) !== undefined);
}

/** What is in directories of the shadow tree, and in shadow repos, and is neither a directory nor a regular file. */
function* checkLinks({ location }: Site): Generator<Finding> {
  const { root, trimHostRoot } = location;
  const repos = [...listShadowRepos(location, trimHostRoot === '' ? '/' : trimHostRoot)].map(({ directory }) => directory);
  const state = joinPath(root, STATE);
  const directories = new Set([root, state, ...subdirectoriesIn(state).map((name) => joinPath(state, name))]);
  for (const repo of repos) {
    for (let above = directoryOf(repo); above.length > root.length && !directories.has(above); above = directoryOf(above))
      directories.add(above);
  }
  const told = (path: ByteString): Finding =>
    error(
      textOfBytes(path),
      'is a link, or another thing that git-fso does not make, in the shadow tree',
      `find out who made it; run rm ${shellWord(path)}`,
      LINK,
    );
  for (const directory of directories) {
    const entries = unlessErrno(NOT_SEEN, [], () => readdirSync(fsPath(directory), { encoding: 'latin1', withFileTypes: true }));
    for (const entry of entries) if (!entry.isDirectory() && !entry.isFile()) yield told(joinPath(directory, entry.name));
  }
  // One that may not be looked into is told of with its realdir.
  for (const repo of repos) yield* unlessErrno(NOT_SEEN, [], () => [...foreignFiles(joinPath(repo, '.git'))]).map(told);
}

/** Checks who else decides what is at the place of a realdir. */
export function* checkRealdirPlace({ realdir }: PlannedRepo): Generator<Finding> {
  const above = statOf(directoryOf(realdir));
  const isMovable = above !== undefined && (writersOf(above) & 0o002) !== 0 && (above.mode & 0o1000) === 0;
  if (isMovable) {
    yield warning(
      textOfBytes(realdir),
      `can be moved away, or replaced, by anybody: ${textOfBytes(directoryOf(realdir))} can be written by others`,
      `run chmod o-w ${shellWord(directoryOf(realdir))}, or chmod +t`,
      MOVABLE,
    );
  }
}
