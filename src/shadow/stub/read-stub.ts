import type { Oid } from '../../git/objects/object-id.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import { readRef } from '../../git/refs/refs.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { readStoredText } from '../../storage/stored-file.js';
import { joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';
import { STUB_BRANCH } from '../facets.js';
import type { ShadowRepo } from '../shadow-repo.js';
import type { StubFileName, StubFiles } from './stub-files.js';
import { STUB_FILE_NAMES } from './stub-files.js';

/** The commit of `master-stub`. @throws FsoError if there is none */
export function stubCommit(repo: ShadowRepo): Oid {
  const stub = readRef(repo.gitDir, STUB_BRANCH);
  if (stub !== null) return stub;
  throw new FsoError(`${textOfBytes(repo.directory)}: the branch master-stub does not exist`, { remedy: 'run `git-fso check`' });
}

/** Far more than a file of a stub has. */
const MAX_FILE_BYTES = 64 << 20;

/** The files of the stub in the work tree, committed or not; texts are byte strings. */
export function readWorkTreeStub({ directory }: ShadowRepo): StubFiles {
  const textOf = (name: StubFileName): string =>
    unlessErrno(['ENOENT'], '', () => readStoredText(joinPath(directory, name), MAX_FILE_BYTES));
  return Object.fromEntries(STUB_FILE_NAMES.map((name) => [name, textOf(name)]));
}

/** The files of the stub as they are committed, whatever is in the work tree; texts are byte strings. */
export function readStub(repo: ShadowRepo): StubFiles {
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const { tree } = reader.readCommit(stubCommit(repo));
    const files: Partial<Record<StubFileName, string>> = {};
    for (const { name, mode, oid } of reader.readTree(tree)) {
      const file = STUB_FILE_NAMES.find((candidate) => candidate === name);
      if (file !== undefined && mode === FileMode.file) files[file] = reader.readBlob(oid).toString('latin1');
    }
    return files;
  } finally {
    reader.close();
  }
}
