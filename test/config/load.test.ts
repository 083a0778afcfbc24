import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadConfig, parseConfig } from '../../src/config/load.js';
import { ConfigError } from '../../src/config/yaml/problems.js';
import { textOfBytes } from '../../src/util/byte-string.js';
import { tempDir } from '../harness/index.js';
import { mistakes, root } from './config-text.js';

const parse = (text: string) => parseConfig(Buffer.from(text), 'test.yml');

const NOE18 = `shadow: /shadow
roots:
  - path: /project
    patterns: |
      superrepo .
          enter data
           repo data/*
      superrepo data2
           repo data2/*
         ignore *
    initPolicy: |
      bundle-subdirs .
      ignore-subdirs data2
      ignore-subdirs data3
       enter-subdirs data/*
       enter-subdirs data2/*
         ignore-most data3/*
    initLimits: { maxFiles: 2k, maxSize: 20g }
    facets: [stat, sha, content]
    schedule: { stat: "every 6h", sha: "Sun 03:00", content: "every 6h" }
`;

describe('the example of NOE-18', () => {
  const config = parse(NOE18);
  const only = config.roots[0]!;

  test('patterns are understood whatever their indentation', () => {
    expect(only.naming).toEqual({
      rule: 'PathPatterns',
      settings: ['superrepo .', 'enter data', 'repo data/*', 'superrepo data2', 'repo data2/*', 'ignore *'],
    });
    const decide = (dir: string, depth: number) => only.namingRule.decide(dir, depth, () => false);
    expect(decide('.', 0)).toEqual({ event: 'candidate', enter: true });
    expect(decide('data', 1)).toEqual({ event: null, enter: true });
    expect(decide('data/foo', 2)).toEqual({ event: 'candidate', enter: false });
    expect(decide('other', 1)).toEqual({ event: 'ignore', enter: false });
  });

  test('the init policy applies to absolute paths', () => {
    const trackings = ['/project', '/project/data2', '/project/data/x', '/project/data3/x', '/project/y'].map((dir) => {
      return only.initPolicy?.trackingOf(dir);
    });
    expect(trackings).toEqual(['bundle-subdirs', 'ignore-subdirs', 'enter-subdirs', 'ignore-most', 'ignore-most']);
  });

  test('limits, facets and schedules are values, with defaults for the rest', () => {
    expect(only.initLimits).toEqual({ maxFiles: 2048, maxBytes: 20 * 1024 ** 3, prefixLimits: [], repoLimits: [] });
    expect(only.facets).toEqual(['stat', 'sha', 'content']);
    expect([...only.schedule.keys()]).toEqual(['stat', 'sha', 'content']);
    expect(only).toMatchObject({ name: '/project', jitterSeconds: 0, shaLimit: { timeMs: 43_200_000, bytes: null }, onChange: [] });
    expect(only.limits).toEqual({ newRepos: 1000, readme: 1024 ** 2, ignoreSteps: 512 * 1024 ** 2, warnings: 20 });
    expect(config).toMatchObject({ location: { root: '/shadow', trimHostRoot: '' }, shadowMode: 0o700, timeZone: null, waitMs: 10_000 });
  });
});

describe('values', () => {
  test('everything that can be configured', () => {
    const config = parse(`
shadow: //shadow/
trimHostRoot: /mnt/export
shadowMode: "0750"
timeZone: Europe/Berlin
jobs: 3
wait: 2m
gc: { packs: 5 }
metrics: { textfile: /var/lib/x.prom }
roots:
  - path: /a/é/
    name: A
    naming: { rule: SubdirLevel, level: 2, ignore: ["tmp*"] }
    initLimits:
      maxBytes: 1t
      prefixLimits: [{ path: /a/é/big/, maxFiles: 10 }]
      repoLimits: [{ path: /a/é/one, maxSize: 5M }]
    facets: [content, stat, sha]
    jitter: 10m
    shaLimit: { time: 2h, bytes: 2t }
    limits: { newRepos: 2k, readme: 0, warnings: 5 }
    onChange: [{ command: [echo, x], timeout: 5 }, { shell: "mail root" }]
  - path: /b
    naming: { rule: Stdtools2017, projectsRoot: /b }
  - path: /c
`);
    expect(config).toMatchObject({
      location: { root: '/shadow', trimHostRoot: '/mnt/export' },
      shadowMode: 0o750,
      timeZone: 'Europe/Berlin',
      jobs: 3,
      waitMs: 120_000,
      metricsFile: '/var/lib/x.prom',
    });
    expect(config.gc.packs).toBe(5);
    expect(config.gc.looseObjects).toBeGreaterThan(0);
    const [a, b, c] = config.roots;
    expect(textOfBytes(a!.path)).toBe('/a/é');
    expect(a!.path).toHaveLength(5);
    expect(a).toMatchObject({
      name: 'A',
      naming: { rule: 'SubdirLevel', settings: ['level 2', 'ignore tmp*'] },
      initPolicy: null,
      facets: ['stat', 'sha', 'content'],
      jitterSeconds: 600,
      shaLimit: { timeMs: 7_200_000, bytes: 2 * 1024 ** 4 },
      limits: { newRepos: 2048, readme: 0, ignoreSteps: 512 * 1024 ** 2, warnings: 5 },
      onChange: [
        { kind: 'command', command: ['echo', 'x'], timeoutMs: 5000 },
        { kind: 'shell', shell: 'mail root', timeoutMs: 60_000 },
      ],
    });
    expect(a!.initLimits).toMatchObject({
      maxBytes: 1024 ** 4,
      prefixLimits: [{ maxFiles: 10 }],
      repoLimits: [{ maxBytes: 5 * 1024 ** 2 }],
    });
    expect([b!.namingRule.rule, c!.namingRule.rule]).toEqual(['Stdtools2017', 'default']);
    expect(c!.facets).toEqual(['stat', 'content']);
  });

  test.each(['0750', '"0750"', '"750"', '750', '0o750'])('a mode may be written as %s', (mode) => {
    expect(parse(`shadow: /s\nshadowMode: ${mode}\nroots: []\n`).shadowMode).toBe(0o750);
  });

  test('a right-aligned block may start with its most indented line', () => {
    const text = root('patterns: | # comment', '       enter .', '  superrepo data', '', '# more', 'naem: x').replace(
      '    # more',
      '      # more',
    );
    expect(mistakes(text).map((line) => line.slice(0, 20))).toEqual(['9:5 roots[0].naem: u']);
    expect(parse(text.replace('naem', 'name')).roots[0]!.naming.settings).toEqual(['enter .', 'superrepo data']);
  });

  test('anchors, aliases and merge keys work', () => {
    const { roots } = parse(`
shadow: /s
roots:
  - &first
    path: /a
    facets: &facets [stat]
  - <<: *first
    path: /b
  - path: /c
    facets: *facets
`);
    expect(roots.map(({ path: dir, facets }) => [dir, facets])).toEqual([['/a', ['stat']], ['/b', ['stat']], ['/c', ['stat']]]);
  });
});

describe('files', () => {
  test('are read from disk', () => {
    const file = path.join(tempDir(), 'git-fso.yml');
    fs.writeFileSync(file, `\uFEFF${NOE18}`);
    expect(loadConfig(file)).toMatchObject({ file, location: { root: '/shadow' } });
  });

  test('that cannot be read are configuration errors', () => {
    const dir = tempDir();
    expect(() => loadConfig(path.join(dir, 'nope'))).toThrow(/no such configuration file/);
    expect(() => loadConfig(dir)).toThrow(/is not a regular file/);
    expect(() => loadConfig(dir)).toThrow(ConfigError);
  });
});

describe('arbitrary files', () => {
  const words = [
    'shadow',
    'roots',
    'path',
    'patterns',
    'naming',
    'rule',
    'level',
    'facets',
    'schedule',
    'stat',
    'initLimits',
    '<<',
    'onChange',
  ];
  const pieces = [
    ...words.map((word) => `${word}:`),
    '- ',
    ' ',
    '\n',
    '  ',
    '|',
    '>',
    '*a',
    '&a ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    '#',
    '/x',
    '1',
    '!!x ',
    '? ',
    'repo .',
  ];
  const yaml = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => Buffer.from(parts.join('')));
  const values = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.double(),
      fc.integer(),
      fc.constant(null),
      fc.boolean(),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('value'), { maxLength: 3 }),
    map: fc.dictionary(fc.oneof(fc.constantFrom(...words), fc.string()), tie('value'), { maxKeys: 5 }),
  })).map;
  const json = values.map((value) => Buffer.from(JSON.stringify(value)));

  test('throw nothing but a ConfigError with places inside the file', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)), yaml, json), (bytes) => {
        try {
          parseConfig(bytes, 'f');
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          const lines = bytes.toString().split(/\r\n|\n|\r/);
          for (const { line, column } of error.problems) {
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(lines.length + 1);
            expect(column).toBeGreaterThanOrEqual(1);
          }
          // A file that says that it is UTF-16 is refused as a whole.
          const isUtf16 = /^(\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2));
          expect(error.problems.length === 0).toBe(isUtf16);
        }
      }),
      { numRuns: 1500, examples: [[Buffer.from([0xff, 0xfe])], [Buffer.from([0xfe, 0xff, 0x41])]] },
    );
  });
});

describe('names that are not UTF-8', () => {
  const text = 'shadow: "/s\xe9"\nroots:\n  - path: /data/M\xfcller\n    patterns: [repo \xff]\n  - path: "/data/caf\\udce9"\n';
  const config = parseConfig(Buffer.from(text, 'latin1'), 'f');

  test('are the bytes in the file, or what escapes in double quotes stand for', () => {
    expect([config.location.root, ...config.roots.map((each) => each.path)]).toEqual(['/s\xe9', '/data/M\xfcller', '/data/caf\xe9']);
  });

  test('are what patterns are about', () => {
    const decide = (name: string) => config.roots[0]?.namingRule.decide(textOfBytes(name), 1, () => false).event;
    expect([decide('\xff'), decide('\xfe')]).toEqual(['candidate', 'ignore']);
  });

  test('are told once, with what to write instead, unless they are escapes', () => {
    expect(config.warnings).toEqual([
      { line: 1, column: 12, path: '', message: expect.stringContaining(String.raw`write it as \udce9 in double quotes`) as string },
    ]);
    expect(parseConfig(Buffer.from('shadow: "/s\\udce9"\nroots: []'), 'f').warnings).toEqual([]);
  });

  test('are one name however they are written', () => {
    expect(mistakes('shadow: /s\nroots:\n  - path: /data/é\n  - path: "/data/\\udcc3\\udca9"\n')).toEqual([
      expect.stringContaining('is the path of roots[0], too'),
    ]);
  });
});
