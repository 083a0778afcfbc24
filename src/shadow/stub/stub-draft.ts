import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRIVATE_FILE } from '../../storage/file-mode.js';
import { unlessErrno } from '../../util/errors.js';
import { temporaryDirectory } from '../../util/process/temporary-directory.js';
import type { StubFileName, StubFiles } from './stub-files.js';
import { STUB_FILE_NAMES } from './stub-files.js';

/**
 * Lets `edit` change copies of the stub files, in a private temporary directory, and returns the
 * files whose content is different then. A file that was removed counts as empty.
 * @param edit gets the absolute paths of the three files
 */
export async function editCopies(
  stub: StubFiles,
  edit: (paths: readonly string[]) => Promise<void> | void,
): Promise<StubFiles> {
  const directory = mkdtempSync(join(temporaryDirectory(), 'git-fso-stub-'));
  try {
    const copies = STUB_FILE_NAMES.map((name) => ({ name, path: join(directory, name), before: stub[name] ?? '' }));
    for (const { path, before } of copies) writeFileSync(path, before, { encoding: 'latin1', mode: PRIVATE_FILE });
    await edit(copies.map(({ path }) => path));
    const changed: Partial<Record<StubFileName, string>> = {};
    for (const { name, path, before } of copies) {
      const after = unlessErrno(['ENOENT'], '', () => readFileSync(path, 'latin1'));
      if (after !== before) changed[name] = after;
    }
    return changed;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
