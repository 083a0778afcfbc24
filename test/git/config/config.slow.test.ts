import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRepoConfig, refuseUnknownFormat, setRepoConfig } from '../../../src/git/config/repo-config.js';
import { bytesOfText } from '../../../src/util/byte-string.js';
import { parseGitConfig } from '../../../src/util/text/git-config-syntax.js';
import { git, gitBuffer, tempDir } from '../../harness/index.js';
import { filesBelow, newRepository } from '../repository.js';

const HAND_MADE = String.raw`; a comment
[core]
	bare = false ; inline
	repositoryformatversion = 0
[fso] realdir = /on/the/same line
[Branch "Main\"x\\y"]
	Remote = "quoted # not a comment" and more
	empty =
	flag
	multi = one
	multi = two \
continued
[section.Old]
	key = a\tb\nc
[fso "sub.with.dots"]
	x=1
`;

/** What Git reads from the file: `key\nvalue` records; without value for a key without `=`. */
function byGit(file: string, dir: string): string[][] {
  return gitBuffer(['config', '--file', file, '--list', '-z'], dir)
    .toString('latin1')
    .split('\0')
    .slice(0, -1)
    .map((record) =>
      record.includes('\n') ? [record.slice(0, record.indexOf('\n')), record.slice(record.indexOf('\n') + 1)] : [record, 'true'],
    );
}

function byUs(text: string): string[][] {
  return parseGitConfig(text).entries.map(({ key, value }) => [key, value]);
}

describe('reading', () => {
  test.each([HAND_MADE, HAND_MADE.replaceAll('\n', '\r\n'), `\xef\xbb\xbf${HAND_MADE}`, HAND_MADE.trimEnd(), ''])(
    'understands what Git understands (%#)', (text) => {
      const dir = tempDir();
      fs.writeFileSync(`${dir}/config`, text, 'latin1');
      expect(byUs(text)).toEqual(byGit(`${dir}/config`, dir));
    });

  test('takes the last value, with Git\'s rules about upper and lower case', () => {
    const { gitDir } = newRepository();
    fs.writeFileSync(`${gitDir}/config`, HAND_MADE, 'latin1');
    const config = readRepoConfig(gitDir);
    expect(config.get('branch.Main"x\\y.MULTI')).toBe('two continued');
    expect(config.get('branch.main"x\\y.multi')).toBeUndefined();
    expect(config.get('CORE.Bare')).toBe('false');
    expect(config.get('fso.realdir')).toBe('/on/the/same line');
    expect(config.get('fso.sub.with.dots.x')).toBe('1');
    expect(config.get('branch.Main"x\\y.flag')).toBe('true');
  });

  test.each(['[core\n', '= 1\n', '[core]\n\tkey = "open\n', '[core]\n\t= 1\n', '[core]\n\tkey = \\x\n', '[core]\nkey value\n'])(
    '%j is refused with file and line', (text) => {
      const { gitDir } = newRepository();
      fs.writeFileSync(`${gitDir}/config`, text);
      expect(() => readRepoConfig(gitDir)).toThrow(/\/config: line [12] is not/);
    });
});

describe('writing', () => {
  test('changes one value and nothing else', () => {
    const { dir, gitDir } = newRepository();
    fs.writeFileSync(`${gitDir}/config`, HAND_MADE, { encoding: 'latin1', mode: 0o600 });
    fs.chmodSync(`${gitDir}/config`, 0o640);
    setRepoConfig(gitDir, 'core.bare', 'true');
    setRepoConfig(gitDir, 'fso.realdir', bytesOfText('/gr\u00fcn/a  b'));
    setRepoConfig(gitDir, 'core.new', 'x');
    setRepoConfig(gitDir, 'gc.auto', '0');
    const text = fs.readFileSync(`${gitDir}/config`, 'utf8');
    expect(text).toBe(HAND_MADE.replace('bare = false ;', 'bare = true ;')
      .replace('realdir = /on/the/same line', 'realdir = "/gr\u00fcn/a  b"')
      .replace('repositoryformatversion = 0\n', 'repositoryformatversion = 0\n\tnew = x\n') + '[gc]\n\tauto = 0\n');
    expect(fs.statSync(`${gitDir}/config`).mode & 0o777).toBe(0o640);
    expect(git(['config', 'fso.realdir'], dir)).toBe('/gr\u00fcn/a  b');
    expect(filesBelow(gitDir, /\.lock$/)).toEqual([]);
  });

  test('any value comes back, to us and to Git', () => {
    const dir = tempDir();
    const value = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\0', ' '));
    const awkward = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '"', '\\', '#', ';', 'a', '\r', '[', ']', '='), maxLength: 12 });
    const key = fc.constantFrom('fso.realdir', 'core.bare', 'a.b-c', 'branch.Some "odd"] \\ name.x', 'fso.sub.key');
    fc.assert(fc.property(fc.array(fc.tuple(key, fc.oneof(value, awkward)), { minLength: 1, maxLength: 6 }), (changes) => {
      fs.writeFileSync(
        `${dir}/config`,
        HAND_MADE.split('\n')
          .slice(0, changes.length * 3)
          .filter((line) => !line.endsWith('\\'))
          .join('\n'),
        'latin1',
      );
      for (const [name, wanted] of changes) setRepoConfig(dir, name, wanted);
      const config = readRepoConfig(dir);
      const last = new Map(changes);
      for (const [name, wanted] of last) expect(config.get(name)).toBe(wanted);
      // A bare carriage return is the one thing on which versions of Git differ.
      const seenByGit = new Map(byGit(`${dir}/config`, dir) as [string, string][]);
      const agreed = [...last].filter(([, wanted]) => !wanted.includes('\r'));
      expect(agreed.map(([name]) => seenByGit.get(name))).toEqual(agreed.map(([, wanted]) => wanted));
    }), { numRuns: 150 });
  });

  test.each(['nodot', 'a.1x', 'a.b\nc.d', '.x'])('refuses the key %j', (key) => {
    expect(() => setRepoConfig(newRepository().gitDir, key, 'x')).toThrow(/not a key/);
  });
});

describe('the format of the repository', () => {
  test.each([
    ['extensions.objectformat', 'sha256'], ['extensions.refstorage', 'reftable'], ['extensions.preciousObjects', 'true'],
    ['core.repositoryformatversion', '2'], ['extensions.worktreeConfig', 'true'], ['extensions.constructor', 'x'],
  ])('%s = %s is refused', (key, value) => {
    const { gitDir } = newRepository();
    refuseUnknownFormat(gitDir, readRepoConfig(gitDir));
    setRepoConfig(gitDir, key, value);
    expect(() => refuseUnknownFormat(gitDir, readRepoConfig(gitDir))).toThrow(`${gitDir}/config: ${key.toLowerCase()} = ${value}`);
  });

  test('what changes nothing is accepted', () => {
    const { gitDir } = newRepository();
    setRepoConfig(gitDir, 'core.repositoryformatversion', '1');
    setRepoConfig(gitDir, 'extensions.noop', 'x');
    setRepoConfig(gitDir, 'extensions.objectFormat', 'sha1');
    refuseUnknownFormat(gitDir, readRepoConfig(gitDir));
  });
});
