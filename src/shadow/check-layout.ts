import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { writeFileDurable } from '../git/durable-file.js';
import { DamagedRefError } from '../git/ref-errors.js';
import { readLooseRef } from '../git/ref-files.js';
import { readRepoConfig, refuseUnknownFormat } from '../git/repo-config.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../util/byte-string.js';
import { FsoError, unlessErrno } from '../util/errors.js';
import { STUB_BRANCH } from './branches.js';
import type { Finding } from './check-finding.js';
import { isDirectory } from './directory-names.js';
import { isShadowName } from './locate.js';
import { REALDIR_KEY } from './shadow-repo.js';

const DIRECTORIES = ['objects', 'refs', 'fso'] as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Checks what Git needs to work with a shadow repo at all: `HEAD`, directories, configuration. */
export function* checkLayout(gitDir: ByteString): Generator<Finding> {
  for (const name of DIRECTORIES) {
    const path = joinPath(gitDir, name);
    if (isDirectory(path)) continue;
    const remedy = name === 'objects' ? 'restore the repo from a clone or backup' : 'create an empty directory';
    yield { severity: 'error', place: path, what: 'no such directory', remedy, ...(name !== 'objects' && { repair: () => mkdirSync(fsPath(path)) }) };
  }
  yield* checkHead(gitDir);
  yield* checkConfig(gitDir);
}

/** HEAD names `master-stub` in every shadow repo, so there is nothing to guess if it is lost. */
function* checkHead(gitDir: ByteString): Generator<Finding> {
  const place = joinPath(gitDir, 'HEAD');
  const repair = (): void => writeFileDurable(place, `ref: ${STUB_BRANCH}\n`);
  try {
    const head = readLooseRef(gitDir, 'HEAD');
    if (head === null) yield { severity: 'error', place, what: 'the file is missing', remedy: 'let it name master-stub', repair };
    else if (!('target' in head) || head.target !== STUB_BRANCH) {
      yield { severity: 'note', place, what: 'another branch than master-stub is checked out', remedy: 'run `git checkout master-stub`' };
    }
  } catch (error) {
    if (!(error instanceof DamagedRefError)) throw error;
    yield { severity: 'error', place, what: 'the file is damaged', remedy: 'let it name master-stub', repair };
  }
}

function* checkConfig(gitDir: ByteString): Generator<Finding> {
  const place = joinPath(gitDir, 'config');
  try {
    refuseUnknownFormat(gitDir);
    const realdir = readRepoConfig(gitDir).get(REALDIR_KEY);
    const remedy = `run \`git config ${REALDIR_KEY} <absolute path>\``;
    if (realdir === undefined) yield { severity: 'error', place, what: `${REALDIR_KEY} is not set`, remedy };
    else if (!realdir.startsWith('/')) yield { severity: 'error', place, what: `${REALDIR_KEY} is not an absolute path`, remedy };
    else if (!existsSync(fsPath(realdir))) {
      yield { severity: 'note', place: realdir, what: 'the realdir does not exist', remedy: null };
    }
  } catch (error) {
    if (!(error instanceof FsoError)) throw error;
    // The message starts with the place.
    const what = error.message.slice(error.message.indexOf(': ') + 2);
    yield { severity: 'error', place, what, remedy: error.remedy ?? 'correct the file' };
  }
}

/** Checks the UUID, which the name of the directory tells, too, where there is a shadow root. */
export function* checkUuid(directory: ByteString): Generator<Finding> {
  const place = joinPath(directory, '.git/fso/uuid');
  const name = directory.slice(directory.lastIndexOf('/') + 1);
  const named = isShadowName(name) ? name.slice(0, -'.fso'.length).toLowerCase() : null;
  const uuid = unlessErrno(['ENOENT', 'ENOTDIR'], null, () => readFileSync(fsPath(place), 'latin1'));
  const repair = named === null ? {} : { repair: () => writeFileDurable(place, `${named}\n`) };
  if (uuid === null || !UUID.test(uuid.trim())) {
    const what = uuid === null ? 'the file is missing' : 'the file has no UUID';
    yield { severity: 'error', place, what, remedy: 'write the UUID of the repo into the file', ...repair };
  } else if (named !== null && named !== uuid.trim().toLowerCase()) {
    const what = `the UUID is not that of the directory, ${textOfBytes(name)}`;
    yield { severity: 'error', place, what, remedy: 'find out which of the two was copied or renamed, and correct it' };
  }
}
