import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { namedCode, namedMessage, systemWords } from '../../../src/util/system-errors/errno-names.js';

/** What libc says of all errors, by number; python has the names, too. */
const LIBC = 'import errno, json, os\nprint(json.dumps({number: [name, os.strerror(number)] for number, name in errno.errorcode.items()}))';
const python = spawnSync('python3', ['-c', LIBC], { encoding: 'utf8' });

describe('errors that Node has no name for', () => {
  test.skipIf(python.status !== 0)('have the names and the words of libc (needs python3)', () => {
    const libc = JSON.parse(python.stdout) as Record<string, readonly [name: string, words: string]>;
    for (const number of [8, 37, 52, 67, 70, 74, 77, 102, 116, 117, 122, 123, 124, 126, 127, 130, 131, 132]) {
      const [name = '', words = ''] = libc[number] ?? [];
      const said = `Unknown system error -${number}`;
      expect(namedCode(said)).toBe(name);
      expect(namedMessage(`${said}: ${said}, read`)).toBe(`${name}: ${words}, read`);
      // Newer versions of Node know some of them, in small letters.
      expect(systemWords(-number)?.toLowerCase()).toBe(words.toLowerCase());
    }
  });

  test('have their number where libc has no name either', () => {
    expect(namedMessage("Unknown system error -524: Unknown system error -524, open 'a'")).toBe("error 524: Unknown error 524, open 'a'");
    expect(namedCode('Unknown system error -524')).toBe('Unknown system error -524');
  });

  test('leave others as they are', () => {
    expect([namedCode('ENOENT'), namedMessage('ENOENT: no such file'), systemWords(-2)]).toEqual([
      'ENOENT',
      'ENOENT: no such file',
      'no such file or directory',
    ]);
  });
});
