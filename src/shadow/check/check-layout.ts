import { mkdirSync } from 'node:fs';
import { writeFileDurable } from '../../storage/durable-file.js';
import { PRIVATE_DIRECTORY } from '../../storage/file-mode.js';
import { DamagedRefError } from '../../git/refs/ref-errors.js';
import { readLooseRef } from '../../git/refs/ref-files.js';
import { readRepoConfig, refuseUnknownFormat } from '../../git/config/repo-config.js';
import { BY_HAND, existsRealdir } from '../../realdir/reach/reach.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { isFacetBranch, STUB_BRANCH } from '../facets.js';
import type { Finding } from './check-finding.js';
import { isDirectory } from '../layout/directory-names.js';
import { isShadowName } from '../layout/locate.js';
import { readUuid } from '../layout/read-uuid.js';
import { REALDIR_KEY } from '../shadow-repo.js';

/** Nothing is wrong where a directory was deleted. */
const MOVED = 'if it has another name now, use `git-fso move`; else nothing needs to be done';

const DIRECTORIES = ['objects', 'refs', 'fso'] as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Checks what Git needs to work with a shadow repo at all: `HEAD`, directories, configuration. */
export function* checkLayout(gitDir: ByteString): Generator<Finding> {
  for (const name of DIRECTORIES) {
    const path = joinPath(gitDir, name);
    if (isDirectory(path)) continue;
    const remedy = name === 'objects' ? 'restore the repo from a clone or backup' : 'create an empty directory';
    yield {
      severity: 'error',
      place: path,
      what: 'no such directory',
      remedy,
      ...(name !== 'objects' && { repair: () => mkdirSync(fsPath(path), PRIVATE_DIRECTORY) }),
    };
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
    else if ('oid' in head || !(head.target === STUB_BRANCH || isFacetBranch(head.target))) {
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
    const config = readRepoConfig(gitDir);
    refuseUnknownFormat(gitDir, config);
    const realdir = config.get(REALDIR_KEY);
    const remedy = `run \`git config ${REALDIR_KEY} <absolute path>\``;
    if (realdir === undefined) yield { severity: 'error', place, what: `${REALDIR_KEY} is not set`, remedy };
    else if (!realdir.startsWith('/')) yield { severity: 'error', place, what: `${REALDIR_KEY} is not an absolute path`, remedy };
    else if (!existsRealdir(realdir, BY_HAND)) {
      yield { severity: 'note', place: realdir, what: 'the realdir does not exist', remedy: MOVED };
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
  const uuid = readUuid(joinPath(directory, '.git'));
  const repair = named === null ? {} : { repair: () => writeFileDurable(place, `${named}\n`) };
  if (uuid === null || !UUID.test(uuid)) {
    const what = uuid === null ? 'the file is missing' : 'the file has no UUID';
    yield { severity: 'error', place, what, remedy: 'write the UUID of the repo into the file', ...repair };
  } else if (named !== null && named !== uuid.toLowerCase()) {
    const what = `the UUID is not that of the directory, ${textOfBytes(name)}`;
    yield { severity: 'error', place, what, remedy: 'find out which of the two was copied or renamed, and correct it' };
  }
}
