import fs from 'node:fs';
import os from 'node:os';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseGitDate } from '../../../src/git/commits/date-text.js';
import { resolveIdentity } from '../../../src/git/commits/identity.js';
import { formatSignature } from '../../../src/git/commits/signature.js';
import { UsageError } from '../../../src/util/errors.js';
import { runProcess, tempDir } from '../../harness/index.js';
import { newRepository } from '../repository.js';
import type { TestRepository } from '../repository.js';

const NOW = new Date(1_520_000_000_999);
type Variables = Readonly<Record<string, string>>;

let repo: TestRepository;
let home: string;
const zone = process.env['TZ'];

beforeAll(() => {
  process.env['TZ'] = 'Europe/Berlin';
  repo = newRepository();
  home = tempDir();
});
afterAll(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

function environment(variables: Variables): Variables {
  return { PATH: process.env['PATH'] ?? '', HOME: home, GIT_CONFIG_SYSTEM: '/dev/null', TZ: 'Europe/Berlin', ...variables };
}

async function ours(variables: Variables): Promise<string[]> {
  const { author, committer } = resolveIdentity(repo.gitDir, environment(variables), NOW);
  return [formatSignature(author), formatSignature(committer)];
}

/** What Git says; null if it refuses. */
async function gits(variables: Variables): Promise<string[] | null> {
  const results = await Promise.all(['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT'].map((ident) =>
    runProcess('git', ['var', ident], { cwd: repo.dir, env: environment(variables) })));
  return results.some(({ status }) => status !== 0) ? null : results.map(({ stdout }) => stdout.toString().trimEnd());
}

const DATES = { GIT_AUTHOR_DATE: '1500000000 +0200', GIT_COMMITTER_DATE: '@1500000001 -0330' };
const FULL = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@x', GIT_COMMITTER_NAME: 'C', GIT_COMMITTER_EMAIL: 'c@x' };

describe('who', () => {
  test('without any setting: git-fso, at this host, now', async () => {
    const expected = `git-fso <git-fso@${os.hostname()}> 1520000000 +0100`;
    expect(await ours({})).toEqual([expected, expected]);
  });

  test('Git is not needed', async () => {
    expect((await ours({ PATH: '/nonexistent' }))[0]).toMatch(/^git-fso </);
  });

  test('is who Git says, for any mixture of environment and config', async () => {
    const text = fc.constantFrom('Plain Name', 'Gr\u00fcn', ' ,spaces. ', 'in<si>de', 'a;b', '"quoted"', 'two\nlines', 'x@y.z');
    const keys = ['user.name', 'user.email', 'author.name', 'author.email', 'committer.name', 'committer.email'];
    const settings = fc.dictionary(fc.constantFrom(...keys), text);
    const inEnvironment = fc.dictionary(fc.constantFrom(...Object.keys(FULL), 'EMAIL'), text);
    const scopes = fc.record({ global: settings, own: settings, command: settings, variables: inEnvironment });
    let compared = 0;
    let run = 0;
    await fc.assert(fc.asyncProperty(scopes, async ({ global, own, command, variables }) => {
      const globalFile = `${home}/config-${run++}`;
      fs.writeFileSync(globalFile, configText(global));
      fs.writeFileSync(`${repo.gitDir}/config`, `[core]\n\trepositoryformatversion = 0\n${configText(own)}`);
      const given = Object.fromEntries(Object.entries(command).flatMap(([key, value], i) =>
        [[`GIT_CONFIG_KEY_${i}`, key], [`GIT_CONFIG_VALUE_${i}`, value]]));
      const env = {
        ...variables,
        ...DATES,
        ...given,
        GIT_CONFIG_GLOBAL: globalFile,
        GIT_CONFIG_COUNT: String(Object.keys(command).length),
      };
      const expected = await gits({ ...env });
      const actual = await ours(env);
      // Git refuses, or asks the system, where it knows no name or address; we have a default then. And where
      // only the other role has an address, it forgets about EMAIL and leaves the address empty; we do not.
      if (expected === null || [...actual, ...expected].some((line) => /git-fso| <> /.test(line))) return;
      compared++;
      expect(actual).toEqual(expected);
    }), { numRuns: 60 });
    expect(compared).toBeGreaterThan(15);
    fs.writeFileSync(`${repo.gitDir}/config`, '');
  });

  test('settings of `git -c` are read as Git hands them on', async () => {
    const name = `it's "so" \\ !`;
    const shown = await runProcess('git', ['-c', 'alias.env=!env', '-c', `user.name=${name}`, '-c', 'user.email=c@x', '-c', 'a.b', 'env'], {
      cwd: repo.dir,
      env: environment({}),
    });
    const [, parameters = ''] = /^GIT_CONFIG_PARAMETERS=(.*)$/m.exec(shown.stdout.toString()) ?? [];
    expect((await ours({ GIT_CONFIG_PARAMETERS: parameters }))[0]).toBe(
      (await gits({ ...DATES, GIT_CONFIG_PARAMETERS: parameters }))?.[0]?.replace(/ \d+ .*$/, ' 1520000000 +0100'),
    );
    expect((await ours({ GIT_CONFIG_PARAMETERS: `'user.name=old form' 'a.b'` }))[0]).toMatch(/^old form </);
    await expect(ours({ GIT_CONFIG_PARAMETERS: 'user.name=x' })).rejects.toThrow('GIT_CONFIG_PARAMETERS is malformed');
    await expect(ours({ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'a.b' })).rejects.toThrow('GIT_CONFIG_VALUE_0 is missing');
  });

  test('files that the user includes are read; those that include one another are an error, and what is no file is none', async () => {
    const outer = `${home}/outer`;
    fs.mkdirSync(`${home}/inside`);
    fs.writeFileSync(outer, '[user]\n\tname = outer\n\temail = o@x\n[include]\n\tpath = inside/inner\n\tpath = ~/gone\n');
    fs.writeFileSync(`${home}/inside/inner`, '[user]\n\tname = inner\n');
    const env = { ...DATES, GIT_CONFIG_GLOBAL: outer };
    expect(await ours(env)).toEqual(await gits(env));
    fs.writeFileSync(`${home}/circle`, '[include]\n\tpath = circle\n');
    await expect(ours({ GIT_CONFIG_GLOBAL: `${home}/circle` })).rejects.toThrow(/circle: includes more than/);
    await runProcess('mkfifo', [`${home}/fifo`]);
    expect((await ours({ GIT_CONFIG_GLOBAL: `${home}/fifo` }))[0]).toMatch(/^git-fso </);
  });

  test('a config file of the user that Git cannot read is an error', async () => {
    fs.writeFileSync(`${home}/broken`, '[user\n');
    await expect(ours({ GIT_CONFIG_GLOBAL: `${home}/broken` })).rejects.toThrow(/broken: .*line 1/);
  });
});

function configText(settings: Variables): string {
  return Object.entries(settings).map(([key, value]) =>
    `[${key.split('.')[0]}]\n\t${key.split('.')[1]} = "${value.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"\n`).join('');
}

describe('when', () => {
  test.each([
    '1500000000 +0200', '@1500000000 +0200', '1500000000', '@0 +0000', '@1 -0100',
    '2017-07-14T04:40:00', '2017-07-14 04:40:00', '2017-07-14T04:40:00Z', '2017-07-14 04:40:00 +0530', '2017-07-14T04:40:00.123+02:00',
    '2017.07.14T04:40:00 -0800', '2017-12-14T04:40:00', '2017-07-14 04:40', 'Fri, 14 Jul 2017 04:40:00 +0200', '14 Jul 2017 04:40:00 GMT',
    'Mon, 3 Jul 2006 17:18:43 +0200',
  ])('%j is what Git takes it for', async (date) => {
    expect(await ours({ ...FULL, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }))
      .toEqual(await gits({ ...FULL, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }));
  });

  test.each([
    'yesterday',
    '2017-13-01T00:00:00Z',
    '2017-02-31T00:00:00',
    '12:00',
    '1500000000000 +0000',
    '2017-07-14T25:00:00Z',
    '1 +9900',
  ])('%j is an error that names the variable', async (date) => {
    await expect(ours({ GIT_COMMITTER_DATE: date })).rejects.toThrow(UsageError);
    await expect(ours({ GIT_COMMITTER_DATE: date })).rejects.toThrow(`GIT_COMMITTER_DATE: not a date: "${date}"`);
  });

  test('an empty variable is none', async () => {
    expect((await ours({ GIT_AUTHOR_DATE: '' }))[0]).toMatch(/ 1520000000 \+0100$/);
  });

  test('every date that is written in ISO 8601 or RFC 2822 is read back', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), fc.integer({ min: -720, max: 840 }), (seconds, minutes) => {
      const sign = minutes < 0 ? '-' : '+';
      const pad = (value: number): string => String(value).padStart(2, '0');
      const timezone = `${sign}${pad(Math.floor(Math.abs(minutes) / 60))}${pad(Math.abs(minutes) % 60)}`;
      const local = new Date((seconds + minutes * 60) * 1000);
      if (local.getTime() < 0) return;
      const iso = local.toISOString().slice(0, 19);
      const rfc = local.toUTCString().replace(' GMT', '');
      expect(parseGitDate(`${iso}${timezone}`)).toEqual({ seconds, timezone });
      expect(parseGitDate(`${rfc} ${timezone}`)).toEqual({ seconds, timezone });
      expect(parseGitDate(`@${seconds} ${timezone}`)).toEqual({ seconds, timezone });
    }));
  });
});
