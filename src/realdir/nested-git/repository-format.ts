import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { parseGitConfig } from '../../util/text/git-config-syntax.js';
import type { GitDir } from './git-dir.js';
import { readGitFile } from './git-file.js';
import { readStart } from '../read/read-bounded.js';

/** How a repository stores its references, as far as the search for `HEAD` depends on it. */
export type RepositoryFormat =
  | { readonly idLength: 40 | 64 }
  /** Why the references cannot be read. */
  | { readonly unsupported: string };

const MAX_CONFIG_BYTES = 1 << 20;

/** Extensions that change nothing about how `HEAD` is found. */
const HARMLESS = new Set([
  'compatobjectformat',
  'noop',
  'noop-v1',
  'objectformat',
  'partialclone',
  'preciousobjects',
  'refstorage',
  'relativeworktrees',
  'submodulepathconfig',
  'worktreeconfig',
]);

const SHA1: RepositoryFormat = { idLength: 40 };
const PREFIX = 'extensions.';

function idLengthOf(objectFormat: ByteString): RepositoryFormat {
  if (objectFormat === 'sha1') return SHA1;
  if (objectFormat === 'sha256') return { idLength: 64 };
  return { unsupported: `unknown object format '${textOfBytes(objectFormat)}'` };
}

function interpret(variables: ReadonlyMap<ByteString, ByteString>): RepositoryFormat {
  const version = variables.get('core.repositoryformatversion');
  // Without a version Git does not look at extensions at all.
  if (version === undefined) return SHA1;
  if (version !== '0' && version !== '1') {
    return { unsupported: `unknown repository format version '${textOfBytes(version)}'` };
  }
  const refStorage = variables.get(`${PREFIX}refstorage`);
  if (refStorage !== undefined && (refStorage !== 'files' || version === '0')) {
    return { unsupported: `references are stored as '${textOfBytes(refStorage)}', which cannot be read` };
  }
  const objectFormat = variables.get(`${PREFIX}objectformat`);
  if (version === '0') {
    // Git ignores extensions that it does not know here, but refuses this one.
    return objectFormat === undefined ? SHA1 : { unsupported: 'repository format version 0 with an object format' };
  }
  for (const name of variables.keys()) {
    if (name.startsWith(PREFIX) && !HARMLESS.has(name.slice(PREFIX.length))) {
      return { unsupported: `unknown repository extension '${textOfBytes(name.slice(PREFIX.length))}'` };
    }
  }
  return objectFormat === undefined ? SHA1 : idLengthOf(objectFormat);
}

/**
 * Reads the format from the `config` in the common directory of a repository: "Repository format"
 * in gitrepository-layout(5), git-config(1) on `extensions.*`. Without a `config` it is the oldest
 * one. System errors such as EACCES are thrown.
 */
export function readRepositoryFormat({ inside, common }: GitDir): RepositoryFormat {
  const config = readGitFile(inside, common, 'config', (fd) => readStart(fd, MAX_CONFIG_BYTES));
  if (config.kind === 'missing') return SHA1;
  if (config.kind === 'refused') return { unsupported: 'config is not a regular file of the repository' };
  if (config.value.truncated) return { unsupported: 'config is too long' };
  try {
    const { entries } = parseGitConfig(config.value.bytes.toString('latin1'));
    return interpret(new Map(entries.map(({ key, value }) => [key, value])));
  } catch (error) {
    if (!(error instanceof FsoError)) throw error;
    return { unsupported: 'config is damaged' };
  }
}
