import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefBelowRefs } from '../../../src/realdir/nested-git/ref-name.js';
import { cleanEnvironment } from '../../harness/index.js';

function isValidForGit(name: string): boolean {
  return spawnSync('git', ['check-ref-format', name], { env: cleanEnvironment() }).status === 0;
}

test('isRefBelowRefs agrees with git check-ref-format', () => {
  const piece = fc.constantFrom(
    'a',
    'heads',
    '/',
    '.',
    '..',
    '@',
    '{',
    '.lock',
    'lock',
    ' ',
    '~',
    '^',
    ':',
    '?',
    '*',
    '[',
    '\\',
    '\x7f',
    '\x01',
    '\t',
    '-',
    'ä',
    '//',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const name = `refs/${pieces.join('')}`;
      expect(isRefBelowRefs(Buffer.from(name).toString('latin1'))).toBe(isValidForGit(name));
    }),
    { numRuns: 200 },
  );
});

test.each([
  'HEAD',
  '/refs/heads/x',
  'refs',
  'refs/',
  'refs/../../etc/passwd',
  'refs/heads/../../x',
  'refs/heads/a\0b',
  'refs/heads/.invalid',
  'xrefs/a',
])('%j is refused', (name) => expect(isRefBelowRefs(name)).toBe(false));
