import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { mistakes, root } from './config-text.js';

describe('mistakes', () => {
  test.each<[string, string, string[]]>([
    ['not a map', '- x', ['1:1 : expected a map of keys and values, found a list']],
    ['nothing at all', '', ['1:1 : expected a map of keys and values, found nothing']],
    ['a tab', 'shadow: /s\n\troots: []', ['2:1 : Tabs are not allowed as indentation']],
    [
      'two documents',
      'shadow: /s\nroots: []\n---\nx: 1',
      ['3:1 : Source contains multiple documents; please use YAML.parseAllDocuments()'],
    ],
    ['no shadow', 'roots: []', ['1:1 shadow: is missing']],
    ['empty values', 'shadow:\nroots: []', ['1:8 shadow: expected text, found nothing']],
    ['duplicate keys', 'shadow: /s\nroots: []\nshadow: /t', ['3:1 : key "shadow" is here twice; the first is in line 1']],
    ['a key of the wrong kind', 'shadow: /s\nroots: []\n? [a]\n: b', ['3:3 : With stringKeys, all keys must be strings']],
    ['an alias without an anchor', 'shadow: *x\nroots: []', ['1:9 : alias *x has no anchor before it']],
    ['a relative path', 'shadow: s\nroots: []', ['1:9 shadow: "s" is not an absolute path; it must start with /']],
    ['dots in a path', 'shadow: /a/../b\nroots: []', ['1:9 shadow: "/a/../b" must not have . or .. in it']],
    [
      'a mode',
      'shadow: /s\nroots: []\nshadowMode: 0980',
      [
        '3:13 shadowMode: "0980" is not a mode; allowed: "0700" (closed to group and others), "0750" (the group may read), "0755" ' +
          '(everybody may read), mirror',
      ],
    ],
    [
      'a time zone',
      'shadow: /s\nroots: []\ntimeZone: Berlin',
      ['3:11 timeZone: "Berlin" is not a time zone; allowed: names such as Europe/Berlin'],
    ],
    ['a number that is too small', 'shadow: /s\nroots: []\njobs: 0', ['3:7 jobs: 0 is too small; allowed: 1 or more']],
    [
      'an unknown key',
      'shadow: /s\ngc: { paks: 3, x: 1 }\nroots: []',
      [
        '2:7 gc.paks: unknown key "paks" (did you mean packs?); allowed: looseObjects, packs, growth',
        '2:16 gc.x: unknown key "x"; allowed: looseObjects, packs, growth',
      ],
    ],
    [
      'an alarm that is none',
      root('alarm: 5'),
      ['4:12 roots[0].alarm: expected true, false, or shares such as { deleted: 10%, modified: 30% }'],
    ],
    [
      'a share of an alarm',
      root('alarm: { deleted: 0% }'),
      ['4:23 roots[0].alarm.deleted: "0%" is not a share; allowed: more than 0% and at most 100%, such as 10%'],
    ],
    ['an alarm for nothing', root('alarm: {}'), ['4:5 roots[0].alarm: names neither deleted nor modified']],
    [
      'an alarm without records of files',
      root('facets: [content]', 'alarm: true'),
      ['5:5 roots[0].alarm: needs stat or sha among the facets of this root: content'],
    ],
    [
      'an unknown action',
      root('patterns: |', '  superrepo .', '', '  # x', '    repoo data', '  repo'),
      [
        '8:9 roots[0].patterns: "repoo data": unknown action "repoo"; allowed: enter, repo, superrepo, ignore (did you mean repo?)',
        '9:7 roots[0].patterns: "repo" is not of the form <action> <glob>, such as "enter data/*"',
      ],
    ],
    [
      'a malformed glob in a list',
      root('patterns: [superrepo ., "repo [a"]'),
      ['4:29 roots[0].patterns[1]: "repo [a": malformed glob "[a"'],
    ],
    [
      'an item that is no text',
      root('patterns:', '  - superrepo .', '  - 2017', '  - repo'),
      [
        '6:9 roots[0].patterns[1]: expected text, found 2017; put it in quotes',
        '7:9 roots[0].patterns[2]: "repo" is not of the form <action> <glob>, such as "enter data/*"',
      ],
    ],
    [
      'lines that YAML joins',
      root('patterns:', '  superrepo .', '  repo data'),
      ['5:7 roots[0].patterns: these lines are joined into one; put | behind the colon'],
    ],
    [
      'depth paths',
      root('patterns: []', 'enabledPaths: |', '  2 foo', '  4 foo', '  foo'),
      [
        '7:7 roots[0].enabledPaths: "4 foo": depth 4 is not from 0 to 3',
        '8:7 roots[0].enabledPaths: "foo" is not a depth and a path, such as "2 data"',
      ],
    ],
    [
      'enabledPaths alone',
      root('enabledPaths: ["2 foo"]'),
      ['4:5 roots[0].enabledPaths: enabledPaths needs patterns beside it, which may be an empty list'],
    ],
    [
      'patterns and naming',
      root('naming: { rule: default }', 'patterns: []'),
      ['4:5 roots[0].naming: a root has either naming or patterns; patterns stands for the naming rule PathPatterns'],
    ],
    [
      'a naming rule',
      root('naming: { rule: SubdirLevl }'),
      [
        '4:21 roots[0].naming.rule: unknown naming rule "SubdirLevl"; allowed: SubdirLevel, Stdtools2017, default (did you mean ' +
          'SubdirLevel?)',
      ],
    ],
    [
      'settings of a naming rule',
      root('naming: { rule: SubdirLevel, level: 5, ignore: [a, "[b"], x: 1 }'),
      [
        '4:41 roots[0].naming.level: 5 is too big; allowed: 4 or less',
        '4:56 roots[0].naming.ignore[1]: malformed glob "[b"',
        '4:63 roots[0].naming.x: unknown key "x"; allowed: rule, level, ignore',
      ],
    ],
    [
      'an init policy',
      root('initPolicy: |', '  ignore-subdir data', '  enter-subdirs a['),
      [
        '5:7 roots[0].initPolicy: "ignore-subdir data": unknown subdir tracking "ignore-subdir"; allowed: enter-subdirs, ' +
          'bundle-subdirs, ignore-subdirs, ignore-most (did you mean ignore-subdirs?)',
        '6:7 roots[0].initPolicy: "enter-subdirs a[": malformed glob "a["',
      ],
    ],
    ['an empty init policy', root('initPolicy: []'), ['4:5 roots[0].initPolicy: must not be empty; leave it out for enter-subdirs']],
    [
      'sizes',
      root('initLimits: { maxFiles: 2x, maxSize: 1.5, maxBytes: 1 }'),
      [
        '4:29 roots[0].initLimits.maxFiles: "2x" is not a size; allowed: a whole number, also with k, m, g or t for powers of 1024, ' +
          'such as 20g',
        '4:42 roots[0].initLimits.maxSize: 1.5 is not a size; allowed: a whole number, also with k, m, g or t for powers of 1024, ' +
          'such as 20g',
        '4:47 roots[0].initLimits.maxBytes: means the same as maxSize; one of them must go',
      ],
    ],
    [
      'facets',
      root('facets: [stat, shaa, stat]'),
      [
        '4:20 roots[0].facets[1]: text "shaa" is not allowed here; allowed: stat, sha, content, sot, tos, verify (did you mean sha?)',
        '4:26 roots[0].facets[2]: facet stat is here twice',
      ],
    ],
    [
      'sums that no facet has',
      root('facets: [sha]', 'summaries: every 7d'),
      ['5:5 roots[0].summaries: stat is not among the facets of this root: sha'],
    ],
    [
      'a schedule for a facet that is not there',
      root('schedule: { sha: "daily 02:00" }'),
      ['4:17 roots[0].schedule.sha: is not among the facets of this root: stat, content'],
    ],
    [
      'hooks',
      root('onChange: [{}, { shell: a, command: [b] }, { command: [] }]'),
      [
        '4:16 roots[0].onChange[0]: expected either command, a list, or shell, a command line',
        '4:20 roots[0].onChange[1]: expected either command, a list, or shell, a command line',
        '4:59 roots[0].onChange[2].command: must not be empty',
      ],
    ],
    [
      'a root that is given twice, and one inside another',
      'shadow: /s\nroots:\n  - path: /a\n  - path: /a/b\n  - path: /a//',
      [
        '4:11 roots[1].path: /a/b is below /a, the path of roots[0]; roots must not contain one another',
        '5:11 roots[2].path: /a is the path of roots[0], too',
      ],
    ],
    [
      'names that are given twice',
      'shadow: /s\nroots:\n  - { path: /a, name: x }\n  - { path: /b, name: x }',
      ['4:23 roots[1].name: roots[0] has the name "x", too'],
    ],
    [
      'a root in the shadow root',
      'shadow: /s\nroots: [{ path: /s/a }]',
      ['2:17 roots[0].path: /s/a is in the shadow root /s, where shadow repos live'],
    ],
    [
      'a mistake behind an alias is where the text stands',
      'shadow: /s\nroots:\n  - path: /a\n    facets: &f [x]\n  - path: /b\n    facets: *f',
      [
        '4:17 roots[0].facets[0]: text "x" is not allowed here; allowed: stat, sha, content, sot, tos, verify',
        '4:17 roots[1].facets[0]: text "x" is not allowed here; allowed: stat, sha, content, sot, tos, verify',
      ],
    ],
    [
      'aliases of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(99)}]\nc: &c [${'*b,'.repeat(99)}]\nd: [${'*c,'.repeat(99)}]`,
      ['1:1 : Excessive alias count indicates a resource exhaustion attack'],
    ],
    ['nesting', '[ '.repeat(4000), ['1:1571 : nested too deeply']],
  ])('%s', (_, text, expected) => {
    const found = mistakes(text);
    // How deep the parser gets depends on the stack that the test runner leaves.
    const comparable = (line: string) => line.replace(/^1:\d+ : nested/, '1:? : nested');
    expect(found.map(comparable)).toEqual(expected.map(comparable));
  });

  test.each([
    ['0777', 'lets others write'], ['0770', 'lets others write'], ['722', 'lets others write'], ['4777', 'lets others write'],
    ['0500', 'makes no sense'], ['0705', 'makes no sense'], ['0711', 'makes no sense'], ['mirrored', 'is not a mode'],
  ])('mode %s for shadow directories', (mode, reason) => {
    const [found = ''] = mistakes(`shadow: /s\nroots: []\nshadowMode: ${mode}`);
    expect(found).toContain(`3:13 shadowMode: "${mode}" ${reason}`);
    expect(found).toContain('; allowed: "0700" (closed to group and others), "0750"');
  });

  test('all are reported at once, in the order of the file, with the file name', () => {
    const text = root('facets: x', 'foo: 1', 'schedule: { stat: never }', 'patterns: [a]', 'naming: 1');
    expect(mistakes(text).map((line) => line.split(' ', 1)[0])).toEqual(['4:13', '5:5', '6:23', '7:16', '8:5', '8:13']);
    expect(() => parseConfig(Buffer.from(text), 'test.yml')).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        code: 'Config',
        message: expect.stringMatching(/^test\.yml:4:13: roots\[0\]\.facets: expected a list, found text "x"\n.*\n.*\n.*\n.*\n[^\n]*$/),
      }),
    );
  });

  test('a file in UTF-16 is refused with the way out', () => {
    for (const bytes of [Buffer.from('\ufeffshadow: /s', 'utf16le'), Buffer.from('\ufeffshadow: /s', 'utf16le').swap16()]) {
      expect(() => parseConfig(bytes, 'f')).toThrow(expect.objectContaining({ message: 'f: is UTF-16', remedy: 'save it as UTF-8' }));
    }
  });

  test('surrogates that stand for no byte are refused', () => {
    for (const half of ['\\ud83d', '\\udc7f', '\\udd00'])
      expect(mistakes(`shadow: "/s${half}"\nroots: []`)).toEqual([expect.stringContaining('half of a surrogate pair')]);
  });

  test('what is too large is not parsed', () => {
    expect(() => parseConfig(Buffer.from('#\n'.repeat(300_000)), 'f')).toThrow('larger than 524288 bytes');
    expect(mistakes(`shadow: /s\n${'- '.repeat(100_000)}`)).toEqual(['2:8193 : is longer than 8192 characters, the limit for a line']);
  });
});

describe('a shadow root below a root', () => {
  const message = (...lines: string[]) => mistakes(root(...lines).replace('/shadow', '/project/data/shadow'));

  test.each([
    ['in a repo', ['patterns: ["superrepo ."]'], 'in the repo /project, which would record it (enter-subdirs)'],
    [
      'in a nested repo',
      ['patterns: [enter ., repo data]', 'initPolicy: [bundle-subdirs data]'],
      'in the repo /project/data, which would record it (bundle-subdirs)',
    ],
    ['is itself a repo', ['patterns: [enter ., enter data, repo data/*]'], 'would itself be a repo'],
    ['is entered', ['patterns: [enter ., enter data, enter data/*]'], 'would look for repos in it'],
    ['with the default rule', [], 'in the repo /project/data'],
  ])('is refused when it %s', (_, lines, expected) => {
    const found = message(...lines);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^3:11 roots\[0\]\.path: the shadow root \/project\/data\/shadow is below this root/);
    expect(found[0]).toContain(expected);
  });

  test.each([
    ['where the root is not entered', ['patterns: [repo data2]']],
    ['where the repo around it does not enter subdirectories', ['patterns: [repo data]', 'initPolicy: [ignore-subdirs data]']],
    ['where it is ignored', ['patterns: [enter ., enter data, repo data/x]']],
  ])('is accepted %s', (_, lines) => {
    expect(message(...lines)).toEqual([]);
  });
});
