import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { relaxBlockIndent } from '../../src/config/yaml/block-indent.js';
import { describeConfig } from '../../src/config/describe.js';
import { parseConfig } from '../../src/config/load.js';
import { patternTexts } from '../../src/config/yaml/patterns-block.js';
import { ConfigError } from '../../src/config/yaml/problems.js';
import { formatSize, parseSize } from '../../src/config/values/sizes.js';
import { parseEnabledPaths } from '../../src/discovery/naming-rules/enabled-paths.js';
import { parseInitPolicy } from '../../src/discovery/policy/init-policy.js';
import { NamingRuleError } from '../../src/discovery/naming-rules/naming-rule.js';
import { compilePathMatch } from '../../src/discovery/naming-rules/path-match.js';
import { parsePathPatterns } from '../../src/discovery/naming-rules/path-pattern.js';
import { PathPatterns } from '../../src/discovery/naming-rules/path-patterns.js';
import { nextDue, parseSchedule } from '../../src/rescan/schedule/schedule.js';
import { formatDuration, parseDuration } from '../../src/util/time/durations.js';
import { UsageError } from '../../src/util/errors.js';
import { fuzz, unlessRefused } from './fuzz.js';
import { hostile, long } from './inputs.js';
import type { Language } from './inputs.js';

const YAML: Language = {
  words: [
    'shadow: ',
    '/s',
    'roots:',
    'path: ',
    '/data',
    'name: x',
    'patterns: |',
    'patterns:',
    'naming: ',
    '{rule: SubdirLevel, level: 2}',
    'enabledPaths: ',
    'initPolicy: |',
    'initLimits: ',
    'maxFiles: 2k',
    'facets: [stat, sha]',
    'schedule: {sha: every 6h}',
    'onChange: [{shell: x}]',
    'repo *',
    'enter .',
    '2 a',
    '\n',
    '\n  ',
    '\n    ',
    '- ',
    ': ',
    '? ',
    '|',
    '>',
    '|2-',
    '&a ',
    '*a',
    '<<: ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    "'",
    '#',
    '!!int ',
    '%',
    '---\n',
    '\t',
    '\0',
    '\xff',
    '\xef\xbb\xbf',
    '\r\n',
    'null',
    '1e999',
    '__proto__: ',
    '\xe2\x80\xa8',
    'jobs: 1',
    'gc: {packs: 1}',
  ],
  valid: [
    'shadow: /s\ntrimHostRoot: /mnt\nshadowMode: 0750\ntimeZone: Europe/Berlin\nroots:\n- path: /data\n  name: d\n  patterns: |\n    ' +
      '  enter .\n    repo a/*\n  initPolicy:\n  - enter-subdirs a/*\n  facets: [stat, sha]\n' +
      '  schedule: {stat: every 6h, sha: Sun 03:00}\n  jitter: 5m\n  onChange:\n  - command: [a, b]\n    timeout: 5s\n',
    'shadow: /s\nroots:\n- &r\n  path: /a\n  naming: {rule: Stdtools2017, projectsRoot: /a, ignore: ["[a-c]*"]}\n  initLimits: ' +
      '{maxFiles: 2k, maxSize: 20g, repoLimits: [{path: /a/b, maxFiles: 0}]}\n- <<: *r\n  path: /b\ngc: {packs: 5}\n',
    'shadow: /s\nroots: []\n',
  ],
};
const WORDS: Language = {
  words: [
    'enter ',
    'repo ',
    'superrepo ',
    'ignore ',
    'ignore-most ',
    'bundle-subdirs ',
    '*',
    '?',
    '[',
    ']',
    '[^',
    '-',
    '\\',
    '/',
    '.',
    'a',
    '\xc3\xa9',
    ' ',
    '\t',
    '\n',
    '#',
    '0 ',
    '3 ',
    '4294967296 ',
    '\0',
  ],
  valid: ['enter .\nrepo a/[a-c]*\nignore *\n', '2 data\n0 a b\n', 'enter-subdirs a/*\nignore-most *\n', '  repo   a\\ \n# x\n'],
};
const TIMES: Language = {
  words: [
    'every ',
    'daily ',
    'Sun',
    'Mon-Fri',
    ',',
    '-',
    ' ',
    '03:00',
    '24:00',
    '*',
    '*/5',
    '0',
    '31',
    '2',
    'L',
    '#',
    '?',
    'W',
    '1-5',
    '6h',
    '500ms',
    'k',
    'G',
    '\t',
    '.',
    '9'.repeat(30),
  ],
  valid: [
    'every 6h',
    'daily 02:00',
    'Mon-Fri 22:00',
    'Mon,Thu 22:00',
    '0 3 * * 0',
    '0 3 1,15 */2 Mon-Fri',
    '30s',
    '1.5h',
    '20g',
    '2000',
    '0 3 31 2 *',
  ],
};

describe('configuration files', () => {
  test('are a configuration or a list of mistakes with places', () => {
    fuzz(hostile(YAML), (bytes) => {
      const config = unlessRefused(null, () => parseConfig(bytes, 'f'), ConfigError);
      if (config !== null) expect(describeConfig(config)).toContain(`roots: ${config.roots.length}`);
    });
  });

  test('take no more than their time', () => {
    fuzz(fc.tuple(long(YAML), fc.integer({ min: 1, max: 400_000 })), ([bytes, length]) => {
      unlessRefused(null, () => parseConfig(bytes.subarray(0, length), 'f'), ConfigError);
    }, { share: 0.01, budgetMs: 500 });
  });

  // What the limits allow: as many keys, roots, names and blocks as fit.
  test.each([
    ['roots', (i: number) => `- path: /a${i}\n`],
    ['names', (i: number) => `- name: a${i}\n`],
    ['blocks', () => '- patterns: |\n\n'],
    ['keys', (i: number) => `- a${i}: 1\n`],
    ['facets', (i: number) => `${i === 0 ? '- facets:\n' : ''}  - a${i}\n`],
    ['keys of one map', (i: number) => `  a${i}: 1\n`],
  ])('take no more than their time: %s', (_, line) => {
    const text = `shadow: /s\nroots:\n${Array.from({ length: 15_000 }, (_unused, i) => line(i)).join('')}`;
    fuzz(fc.constant(Buffer.from(text)), (bytes) => {
      unlessRefused(null, () => parseConfig(bytes, 'f'), ConfigError);
    }, { share: 1e-9, budgetMs: 500 });
  });

  test('only the indentation of blocks is changed', () => {
    fuzz(hostile(YAML), (bytes) => {
      const text = bytes.toString('utf8');
      expect(relaxBlockIndent(text).replace(/\|\d/g, '|')).toBe(text.replace(/\|\d/g, '|'));
    });
  });
});

describe('lines of patterns', () => {
  test('are patterns or problems, each at its line', () => {
    fuzz(hostile(WORDS), (bytes) => {
      const texts = patternTexts(bytes.toString('utf8')).map(({ text }) => text);
      for (const { problems } of [parsePathPatterns(texts), parseInitPolicy(texts), parseEnabledPaths(texts)]) {
        for (const { index, message } of problems) expect([index < texts.length, message === '']).toEqual([true, false]);
      }
      const rule = unlessRefused(null, () => new PathPatterns({ patterns: texts, enabledPaths: [] }), NamingRuleError);
      expect(rule?.decide('a/b', 2, () => false).event ?? null).toSatisfy((event) => [null, 'candidate', 'ignore'].includes(event as null));
      expect(patternTexts(texts).map(({ text }) => text)).toEqual(texts);
    });
  });

  test('globs match what is quoted in them', () => {
    fuzz(fc.tuple(hostile(WORDS), fc.constantFrom('a', 'a/b', '', '\ud800', 'é')), ([bytes, name]) => {
      const text = bytes.toString('utf8');
      const match = compilePathMatch(text);
      if (match.malformed) expect(match.matches(name)).toBe(false);
      expect(compilePathMatch(text.replace(/[*?[\]\\]/g, '\\$&')).matches(text)).toBe(true);
    });
  });

  test('take no more than their time', () => {
    fuzz(long(WORDS), (bytes) => {
      const text = bytes.toString('utf8');
      for (const subject of ['a'.repeat(255), `${'a/'.repeat(100)}b`])
        expect(typeof compilePathMatch(text).matches(subject)).toBe('boolean');
      expect(parsePathPatterns(patternTexts(text).map((line) => line.text)).problems.length).toBeLessThanOrEqual(text.length);
    }, { share: 0.01 });
  });
});

describe('sizes and times', () => {
  test('are numbers that come back', () => {
    fuzz(hostile(TIMES), (bytes) => {
      const text = bytes.toString('utf8');
      const size = unlessRefused(null, () => parseSize(text), UsageError);
      if (size !== null) expect(parseSize(formatSize(size))).toBe(size);
      const duration = unlessRefused(null, () => parseDuration(text), UsageError);
      if (duration !== null) expect(parseDuration(formatDuration(duration))).toBe(duration);
    });
  });

  test('schedules are due at some time', () => {
    const now = new Date('2024-02-29T12:00:00Z');
    fuzz(hostile(TIMES), (bytes) => {
      const schedule = unlessRefused(null, () => parseSchedule(bytes.toString('utf8')), UsageError);
      if (schedule === null) return;
      const due = unlessRefused(
        null,
        () => nextDue(schedule, new Date(now.getTime() - 1000), now, { timeZone: 'Europe/Berlin' }),
        UsageError,
      );
      if (due !== null) expect(due.getTime()).toBeGreaterThan(now.getTime() - 1000);
    });
  });
});
