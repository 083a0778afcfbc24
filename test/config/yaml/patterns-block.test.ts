import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { relaxBlockIndent } from '../../../src/config/yaml/block-indent.js';
import { patternTexts } from '../../../src/config/yaml/patterns-block.js';

const texts = (value: string | string[]) => patternTexts(value).map(({ text }) => text);

describe('patterns', () => {
  test('of the block of NOE-18, verbatim', () => {
    const block = 'superrepo .\n    enter data\n     repo data/*\nsuperrepo data2\n     repo data2/*\n   ignore *\n';
    expect(patternTexts(block)).toEqual([
      { text: 'superrepo .', index: 0 },
      { text: 'enter data', index: 1 },
      { text: 'repo data/*', index: 2 },
      { text: 'superrepo data2', index: 3 },
      { text: 'repo data2/*', index: 4 },
      { text: 'ignore *', index: 5 },
    ]);
  });

  test('keep the numbers of their lines behind comments and blank lines', () => {
    expect(patternTexts('\n# all\n  # more\n\t repo  a \r\n\n ignore *')).toEqual([
      { text: 'repo a', index: 3 },
      { text: 'ignore *', index: 5 },
    ]);
  });

  test('are tidied in the time that their length takes', () => {
    const blanks = '\t'.repeat(300_000);
    const start = performance.now();
    expect(texts(`ignore a${blanks}b${blanks}`)).toEqual([`ignore a${blanks}b`]);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('of a list are all there, even where nothing is in them', () => {
    expect(texts(['  repo   data/*  ', '', '# x', 'repo'])).toEqual(['repo data/*', '', '# x', 'repo']);
  });

  test('keep white space inside of globs', () => {
    expect(texts('repo my  data/a b')).toEqual(['repo my  data/a b']);
  });

  test('keep escaped spaces at the ends of globs', () => {
    expect(texts('repo trail\\ \nrepo trail\\\\ \nrepo \\ lead\nrepo trail\\  \nrepo x\\')).toEqual([
      'repo trail\\ ',
      'repo trail\\\\',
      'repo \\ lead',
      'repo trail\\ ',
      'repo x\\',
    ]);
  });

  test('are the same with any white space around words', () => {
    const space = fc.stringMatching(/^[ \t]{1,3}$/);
    const word = fc.stringMatching(/^[a-z/*.]{1,6}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(space, word, space, word, space), { minLength: 1 }), (lines) => {
        const block = lines.map((parts) => parts.join('')).join('\n');
        const expected = lines.map(([, action, , glob]) => `${action} ${glob}`);
        expect(texts(block)).toEqual(expected);
        expect(texts(block.split('\n'))).toEqual(expected);
      }),
    );
  });
});

describe('blocks whose first line is indented more than others', () => {
  test('get an indentation indicator', () => {
    const text = 'roots:\n  - patterns: |\n         enter .\n\n      repo x\n    name: y\n';
    expect(relaxBlockIndent(text)).toBe(text.replace('|', '|2'));
  });

  test('in other cases, nothing changes', () => {
    for (const text of ['a: |\n     x\n  y\n', 'patterns: |\n  x\n    y\n', 'patterns: |\n', 'patterns: |3\n     x\n', 'patterns: [a]\n']) {
      expect(relaxBlockIndent(text)).toBe(text);
    }
  });
});
