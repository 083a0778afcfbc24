import type { Mistake } from './yaml/problems.js';
import { patternTexts } from './yaml/patterns-block.js';

/** What people know from shells and .gitignore, and what it is in a glob of Go's `path.Match`. */
const DOUBLE_STAR = '** means the same as * here: it does not match a slash; write a line for each depth, such as data/* and data/*/*';
const BRACES = 'braces stand for themselves here; write a line for each alternative';

/** A glob without what is escaped, and without classes. */
function withoutLiterals(glob: string): string {
  return glob.replace(/\\.|\[\^?(?:\\.|[^\]\\])+\]/gs, '_');
}

function warningsAbout(glob: string): string[] {
  const plain = withoutLiterals(glob);
  return [...(plain.includes('**') ? [DOUBLE_STAR] : []), ...(/\{[^{}]*,[^{}]*\}/.test(plain) ? [BRACES] : [])];
}

function isTexts(value: unknown): value is string | readonly string[] {
  return typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

/**
 * Globs that are right, but hardly match what they were meant for. They are no mistakes, since a directory may be called so.
 * @param roots as they are in the file, checked
 */
export function globWarnings(roots: readonly Readonly<Record<string, unknown>>[]): Mistake[] {
  return roots.flatMap((root, index) => {
    const naming = (root['naming'] ?? {}) as Readonly<Record<string, unknown>>;
    const places = [
      { path: ['patterns'], value: root['patterns'] },
      { path: ['initPolicy'], value: root['initPolicy'] },
      { path: ['naming', 'ignore'], value: naming['ignore'] },
    ];
    return places.flatMap(({ path, value }) => {
      if (!isTexts(value)) return [];
      return patternTexts(value).flatMap(({ text, index: line }) => {
        return warningsAbout(text).map((message) => ({ path: ['roots', index, ...path, line], message }));
      });
    });
  });
}
