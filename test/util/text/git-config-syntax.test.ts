import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { FsoError } from '../../../src/util/errors.js';
import { parseGitConfig } from '../../../src/util/text/git-config-syntax.js';
import { cleanEnvironment, tempDir } from '../../harness/index.js';

let dir: string;

beforeAll(() => {
  dir = tempDir();
});

function askUs(content: Buffer): Map<string, string> | null {
  try {
    return new Map(parseGitConfig(content.toString('latin1')).entries.map(({ key, value }) => [key, value]));
  } catch (error) {
    expect(error).toBeInstanceOf(FsoError);
    return null;
  }
}

/** The last value of each variable as `git config --list` has them; null if it fails. */
function askGit(content: Buffer): Map<string, string> | null {
  const file = path.join(dir, 'config');
  fs.writeFileSync(file, content);
  const { status, stdout } = spawnSync('git', ['config', '-f', file, '-z', '--list'], { cwd: dir, env: cleanEnvironment() });
  if (status !== 0) return null;
  const records = stdout.toString('latin1').split('\0').slice(0, -1);
  return new Map(records.map((record) => {
    const end = record.indexOf('\n');
    return end < 0 ? [record, 'true'] : [record.slice(0, end), record.slice(end + 1)];
  }));
}

/** Versions of Git differ in which blanks they keep within a value. */
function blanks(variables: ReadonlyMap<string, string> | null): Map<string, string> | null {
  return variables && new Map([...variables].map(([name, value]) => [name, value.replace(/[\t\r]/g, ' ')]));
}

const piece = fc.constantFrom(
  '[core]',
  '[Extensions]',
  '[a "Sub.x"]',
  '[a "q\\"\\\\q"]',
  '[a.b]',
  '[bad',
  '[]',
  '[a ""]',
  '[a"x"]',
  '\n',
  '\n',
  '\n',
  '\r\n',
  ' ',
  '\t',
  'key',
  'objectFormat',
  'k-1',
  '1k',
  'x_y',
  '=',
  ' = ',
  '=',
  'value',
  ' two words  ',
  'true',
  '"quoted  "',
  '"',
  '\\n',
  '\\\n',
  '\\\r\n',
  '\\x',
  '\\"',
  '# comment \\',
  '; x',
  '\xe9',
  '\xc3\xa0',
  '\xa0',
  '\v',
  '\f',
  '\0',
  '\\',
  '\r',
  '\xef\xbb\xbf',
);
const line = fc.tuple(fc.constantFrom('key', 'Name', '  k2'), fc.constantFrom('=', ' =', '= '), fc.array(piece, { maxLength: 3 }))
  .map(([key, sign, value]) => `${key}${sign}${value.join('')}\n`);
const section = fc.constantFrom('[core]\n', '[extensions] ', '[a "B"]\n');

describe('parseGitConfig', () => {
  test('agrees with git config', () => {
    const content = fc.oneof(
      fc.array(fc.oneof(line, line, section), { maxLength: 5 }).map((lines) => `[core]\n${lines.join('')}`),
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(content, (text) => {
        const bytes = Buffer.from(text, 'latin1');
        expect(blanks(askUs(bytes))).toEqual(blanks(askGit(bytes)));
      }),
      { numRuns: 250 },
    );
  });

  test('takes large and odd files in stride', () => {
    const size = 1 << 20;
    expect(askUs(Buffer.alloc(size, ' '))?.size).toBe(0);
    expect(askUs(Buffer.alloc(size, '#\n'))?.size).toBe(0);
    expect(askUs(Buffer.alloc(size, '['))).toBeNull();
    expect(askUs(Buffer.from(`[a]\nb = ${'"" '.repeat(size / 3)}`))?.has('a.b')).toBe(true);
    expect(parseGitConfig('[a]'.repeat(size / 3)).sections.length).toBe(Math.floor(size / 3));
  });
});
