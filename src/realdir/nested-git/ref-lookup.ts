import type { ByteString } from '../../util/byte-string.js';
import { baseOf, directoryOf, joinPath, textOfBytes } from '../../util/byte-string.js';
import type { GitDir } from './git-dir.js';
import { linkIn } from './git-dir.js';
import { readGitFile } from './git-file.js';
import { findPackedRef } from './packed-refs.js';
import { readStart } from '../read/read-bounded.js';
import { isRefBelowRefs } from './ref-name.js';

/** Where a chain of symbolic references ends. */
export type RefValue =
  | { readonly kind: 'id'; readonly id: ByteString }
  | { readonly kind: 'missing'; readonly name: ByteString }
  /** There is something that Git refuses, or that is not read for safety. */
  | { readonly kind: 'unusable'; readonly reason: string };

type Step = RefValue | { readonly kind: 'symbolic'; readonly target: ByteString };

export interface RefLimits {
  /** Longest loose reference, in bytes. */
  readonly looseBytes: number;
  /** How much of `packed-refs` is searched, in bytes. */
  readonly packedBytes: number;
}

const REF_LIMITS: RefLimits = { looseBytes: 4096, packedBytes: 256 << 20 };

/** Git gives up after as many steps. */
const MAX_DEPTH = 5;
/** A loose reference vanishes when it is packed meanwhile: look again. */
const MAX_ATTEMPTS = 3;
const PACKED_REFS = 'packed-refs';
const NOT_OURS = 'is not a regular file of the repository';
const SYMBOLIC = /^ref:[ \t\n\r]*([^\0]*)/;
const OWN_TO_A_WORKTREE = /^refs\/(?:bisect|worktree|rewritten)\//;

function unusable(name: ByteString, reason: string): RefValue {
  return { kind: 'unusable', reason: `${textOfBytes(name)} ${reason}` };
}

function parseLoose(name: ByteString, content: ByteString, idLength: number): Step {
  const text = content.replace(/[ \t\n\r]+$/, '');
  const [, target] = SYMBOLIC.exec(text) ?? [];
  if (target !== undefined) return { kind: 'symbolic', target };
  const [id] = /^[0-9a-f]+(?=[ \t\n\r\0]|$)/i.exec(text) ?? [];
  if (id?.length !== idLength) return unusable(name, 'is damaged');
  return { kind: 'id', id: id.toLowerCase() };
}

class RefReader {
  constructor(
    private readonly gitDir: GitDir,
    private readonly idLength: number,
    private readonly limits: RefLimits,
  ) {}

  /** What one reference holds: loose, else packed. */
  read(name: ByteString, attempts = MAX_ATTEMPTS): Step {
    const isOwn = name === 'HEAD' || OWN_TO_A_WORKTREE.test(name);
    const dir = isOwn ? this.gitDir.own : this.gitDir.common;
    const path = joinPath(dir, name);
    const { inside } = this.gitDir;
    const kind = inside.kindOf(path);
    // Not the same as missing: where `refs/heads/a` is a file, Git ignores a packed `refs/heads/a/b`.
    if (kind === 'below a file') return { kind: 'missing', name };
    if (kind === 'missing' || kind === 'directory') return this.readPacked(name);
    if (kind === 'symlink') {
      const target = linkIn(inside, directoryOf(path), baseOf(path));
      if (target !== null && isRefBelowRefs(target)) return { kind: 'symbolic', target };
    }
    const file = readGitFile(inside, dir, name, (fd) => readStart(fd, this.limits.looseBytes));
    if (file.kind === 'missing' && attempts > 1) return this.read(name, attempts - 1);
    if (file.kind !== 'read') return unusable(name, NOT_OURS);
    if (file.value.truncated) return unusable(name, 'is too long');
    return parseLoose(name, file.value.bytes.toString('latin1'), this.idLength);
  }

  private readPacked(name: ByteString): RefValue {
    const { packedBytes } = this.limits;
    const file = readGitFile(this.gitDir.inside, this.gitDir.common, PACKED_REFS, (fd) => findPackedRef(fd, name, packedBytes));
    if (file.kind === 'refused') return unusable(PACKED_REFS, NOT_OURS);
    if (file.kind === 'missing' || file.value === null) return { kind: 'missing', name };
    if (typeof file.value === 'object') return unusable(PACKED_REFS, `is ${file.value.flaw}`);
    return file.value.length === this.idLength ? { kind: 'id', id: file.value } : unusable(PACKED_REFS, 'is damaged');
  }
}

/**
 * Finds the object id that `HEAD` stands for, as Git's `files` backend does, but reads nothing
 * except regular files of the repository, and of these no more than `limits`. Only names below
 * `refs/` are followed. Ids are in lower case and have `idLength` hexadecimal digits. System
 * errors such as EACCES are thrown.
 */
export function resolveHead(gitDir: GitDir, idLength: number, limits: RefLimits = REF_LIMITS): RefValue {
  const reader = new RefReader(gitDir, idLength, limits);
  let name: ByteString = 'HEAD';
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const step = reader.read(name);
    if (step.kind !== 'symbolic') return step;
    if (!isRefBelowRefs(step.target)) {
      return unusable(name, `names '${textOfBytes(step.target)}', which is not a valid reference`);
    }
    name = step.target;
  }
  return unusable('HEAD', 'leads through too many symbolic references');
}
