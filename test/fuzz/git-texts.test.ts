import fs from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { alternateDirs } from '../../src/git/objects/alternates.js';
import { decodeCommit, encodeCommit } from '../../src/git/commits/commit-codec.js';
import { changeConfig } from '../../src/git/config/change-config.js';
import { parseGitDate } from '../../src/git/commits/date-text.js';
import { unquotePath } from '../../src/git/objects/quoted-path.js';
import { appendReflog, readReflog } from '../../src/git/refs/reflog.js';
import { listRefs, readRef } from '../../src/git/refs/refs.js';
import { readRepoConfig, refuseUnknownFormat } from '../../src/git/config/repo-config.js';
import { cleanIdentityText } from '../../src/git/commits/signature.js';
import { oidFromHex } from '../../src/git/objects/object-id.js';
import { normalKey, parseGitConfig } from '../../src/util/text/git-config-syntax.js';
import { WHO } from '../git/repository.js';
import { tempDir } from '../harness/index.js';
import { fuzz, unlessRefused } from './fuzz.js';
import { hostile, long } from './inputs.js';
import type { Language } from './inputs.js';

const ID = '0123456789abcdef0123456789abcdef01234567';
const NULL_ID = '0'.repeat(40);

const CONFIG: Language = {
  words: [
    '[core]',
    '[a "b"]',
    '[a.b]',
    '[a ""]',
    '["',
    '[',
    ']',
    '=',
    ' = ',
    '\n',
    '\n',
    '\r\n',
    '\r',
    '\\',
    '\\\n',
    '"',
    '\\"',
    '#',
    ';',
    ' ',
    '\t',
    '\v',
    '\f',
    '\0',
    'key',
    'Key-1',
    'x',
    'true',
    '\xef\xbb\xbf',
    '\xa0',
    '\xc3\xa0',
    '.',
    '1',
    '[extensions]',
    'constructor',
    'noop',
  ],
  valid: [
    '[core]\n\trepositoryformatversion = 0\n\tbare = false ; x\n[fso] realdir = /on/the/same line\n[Branch ' +
      '"Main\\"x\\\\y"]\n\tRemote = "a # b" c\n\tflag\n',
    '[extensions]\n\tobjectformat = sha1\n\tnoop = 1\n[core]\nrepositoryformatversion=1\n[user] name = two \\\ncontinued\n',
  ],
};
const COMMIT: Language = {
  words: [
    'tree ',
    'parent ',
    'author ',
    'committer ',
    'encoding ',
    'gpgsig ',
    ID,
    '\n',
    '\n\n',
    '\n ',
    ' ',
    '<',
    '>',
    '\0',
    'utf-16le',
    'latin1',
    'shift_jis',
    '-1',
    '\xff',
    '+0200',
    '\xef\xbb\xbf',
  ],
  valid: [
    `tree ${ID}\nparent ${ID}\nauthor A U Thor <a@example.com> 1500000000 +0200\ncommitter C <c@x> -5 -0330\n\nsubject\n\nbody\n`,
    `tree ${ID}\nauthor a <b> 1 +0000\ncommitter a <b> 1 +0000\nencoding ISO-8859-1\ngpgsig -----BEGIN\n tree x\n\ngr\xfcn`,
  ],
};
const DATES: Language = {
  words: ['@', '+', '-', ':', 'T', ' ', 'Z', 'GMT', 'Fri, ', 'Jul', '14', '2017', '+0200', '-1400', '0099', '.', '99', '60', '31', '02'],
  valid: [
    '1500000000 +0200',
    '@0',
    '2017-07-14T04:40:00+02:00',
    '2017.07.14 04:40',
    'Fri, 14 Jul 2017 04:40:00 +0200',
    '9999-12-31T23:59:59-14:00',
    '1970-01-01 00:00:00Z',
  ],
};
const REF_FILES: Language = {
  words: [
    'ref: ',
    'ref:',
    'refs/heads/',
    'x',
    'HEAD',
    ID,
    NULL_ID,
    '\n',
    ' ',
    '\t',
    '\0',
    '..',
    '/',
    '.lock',
    '^',
    '#',
    '@{',
    '\r',
    '\xff',
  ],
  valid: [
    `ref: refs/heads/x\n`,
    `${ID}\n`,
    `# pack-refs with: peeled fully-peeled sorted \n${ID} refs/heads/x\n${ID} refs/tags/v1\n^${ID}\n${ID} refs/heads/\xc3\xa9\n`,
  ],
};
const REFLOG: Language = {
  words: [ID, NULL_ID, ' ', '\t', '\n', '<', '>', '\r', '\0', '+0200', '1'],
  valid: [`${NULL_ID} ${ID} A <a@x> 1500000000 +0200\tcommit: x\n${ID} ${ID} A <a@x> 1500000001 +0200\n`],
};
const ALTERNATES: Language = {
  words: ['/', '..', '.', './', 'objects', '\n', '"', '\\', '\\056', '#', '\0', '\xff', 'a'.repeat(300)],
  valid: ['../objects\n# x\n"../\\157bjects"\n', './.\n.\n././.\n', `${'a/'.repeat(2100)}\n`, '/dev/null\n/proc/self/mem\n'],
};

let gitDir: string;

function write(name: string, content: Buffer): void {
  fs.writeFileSync(`${gitDir}/${name}`, content);
}

beforeAll(() => {
  gitDir = tempDir();
  for (const dir of ['refs/heads', 'objects/info', 'logs/refs/heads']) fs.mkdirSync(`${gitDir}/${dir}`, { recursive: true });
});

describe('config', () => {
  const text = hostile(CONFIG).map((bytes) => bytes.toString('latin1'));

  test('entries are where they stand, one after the other', () => {
    fuzz(text, (content) => {
      const parsed = unlessRefused(null, () => parseGitConfig(content));
      let last = 0;
      for (const { key, start, end } of parsed?.entries ?? []) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(content.slice(start, end).toLowerCase().startsWith(key.slice(key.lastIndexOf('.') + 1))).toBe(true);
        last = end;
      }
      expect(last).toBeLessThanOrEqual(content.length);
    });
  });

  test('a change is read back, and changes nothing else', () => {
    const value = fc.string({ unit: fc.constantFrom('a', ' ', '\t', '"', '\\', '#', ';', '\r', '\n', '\xa0', '\xff', '['), maxLength: 6 });
    fuzz(fc.tuple(text, fc.constantFrom('core.bare', 'a.b.Key-1', 'a.x', 'new.q"\\]\xff.k'), value), ([content, key, wanted]) => {
      const before = unlessRefused(null, () => parseGitConfig(content));
      if (before === null) return;
      const after = parseGitConfig(changeConfig(content, key, wanted)).entries;
      expect(after.findLast((entry) => entry.key === normalKey(key))?.value).toBe(wanted);
      const others = (entries: typeof after): string[] =>
        entries.filter((entry) => entry.key !== normalKey(key)).map((entry) => `${entry.key}=${entry.value}`);
      expect(others(after)).toEqual(others(before.entries));
    });
  });

  test('a format that is not known is refused, never a crash', () => {
    fuzz(hostile(CONFIG), (content) => {
      write('config', content);
      unlessRefused(null, () => readRepoConfig(gitDir).get('core.bare'));
      unlessRefused(null, () => refuseUnknownFormat(gitDir, readRepoConfig(gitDir)));
    });
  });

  test('takes no more than its time', () => {
    fuzz(long(CONFIG), (content) => {
      const parsed = unlessRefused(null, () => parseGitConfig(content.toString('latin1')));
      expect(parsed?.entries.length ?? 0).toBeLessThanOrEqual(content.length);
    }, { share: 0.01 });
  });
});

describe('commits', () => {
  test('come back as they were read', () => {
    fuzz(hostile(COMMIT), (body) => {
      const commit = unlessRefused(null, () => decodeCommit(body));
      if (commit === null) return;
      expect(Number.isSafeInteger(commit.author.seconds)).toBe(true);
      const clean = unlessRefused(null, () => decodeCommit(encodeCommit(commit)));
      if (clean !== null) expect(decodeCommit(encodeCommit(clean))).toEqual(clean);
    });
  });

  test('take no more than their time', () => {
    fuzz(long(COMMIT), (body) => {
      unlessRefused(null, () => decodeCommit(body));
      const name = cleanIdentityText(body.toString('latin1'));
      expect(name).not.toMatch(/[<>\n]/);
    }, { share: 0.01 });
  });

  test('dates are within the range of Git, and come back', () => {
    fuzz(hostile(DATES), (text) => {
      const date = parseGitDate(text.toString('latin1'));
      if (date === null) return;
      expect(date.seconds).toBeGreaterThanOrEqual(0);
      expect(date.timezone).toMatch(/^[+-]\d{4}$/);
      expect(parseGitDate(`@${date.seconds} ${date.timezone}`)).toEqual(date);
      const year = /^(\d{4})[-./]/.exec(text.toString('latin1').trim())?.[1];
      if (year !== undefined) expect(Math.abs(new Date(date.seconds * 1000).getUTCFullYear() - Number(year))).toBeLessThanOrEqual(1);
    });
  });
});

describe('refs', () => {
  test('are an id or an error, whatever their files contain', () => {
    fuzz(fc.tuple(hostile(REF_FILES), hostile(REF_FILES), hostile(REF_FILES)), ([head, loose, packed]) => {
      write('HEAD', head);
      write('refs/heads/x', loose);
      write('packed-refs', packed);
      for (const name of ['HEAD', 'refs/heads/x', 'refs/tags/v1']) {
        const oid = unlessRefused(null, () => readRef(gitDir, name));
        if (oid !== null) expect(oid).toHaveLength(20);
      }
      for (const { name, oid } of unlessRefused([], () => listRefs(gitDir, 'refs/'))) {
        expect(name.startsWith('refs/')).toBe(true);
        expect(readRef(gitDir, name)).toBe(oid);
      }
    });
  });

  test('a log is read as far as it is in order, and goes on', () => {
    const next = oidFromHex('ab'.repeat(20));
    fuzz(hostile(REFLOG), (log) => {
      write('logs/refs/heads/x', log);
      const before = readReflog(gitDir, 'refs/heads/x');
      expect(before.length).toBeLessThanOrEqual(log.length / 82);
      appendReflog(gitDir, 'refs/heads/x', { from: null, to: next, who: WHO, message: 'm' });
      expect(readReflog(gitDir, 'refs/heads/x').slice(-1)).toEqual([{ from: null, to: next }]);
    });
  });

  test('take no more than their time', () => {
    fuzz(fc.tuple(long(REF_FILES), long(REFLOG)), ([refs, log]) => {
      write('packed-refs', refs);
      write('refs/heads/x', refs);
      write('logs/refs/heads/x', log);
      unlessRefused(null, () => readRef(gitDir, 'refs/heads/x'));
      unlessRefused(null, () => readRef(gitDir, 'refs/tags/v1'));
      expect(Array.isArray(readReflog(gitDir, 'refs/heads/x'))).toBe(true);
    }, { share: 0.01 });
  });
});

describe('alternates', () => {
  test('are some directories, never without end', () => {
    fuzz(hostile(ALTERNATES), (list) => {
      write('objects/info/alternates', list);
      const dirs = unlessRefused([], () => alternateDirs(`${gitDir}/objects`));
      expect(dirs.length).toBeLessThanOrEqual(list.toString('latin1').split('\n').length);
    });
  });

  test('quoted paths are the bytes that they stand for', () => {
    fuzz(hostile(ALTERNATES), (bytes) => {
      const text = bytes.toString('latin1');
      expect(unquotePath(text).length).toBeLessThanOrEqual(text.length);
      const quoted = `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
      expect(unquotePath(quoted)).toBe(text);
    });
  });
});
