import { describe, expect, test } from 'vitest';
import { oidFromHex } from '../../../src/git/objects/object-id.js';
import type { TreeEntry } from '../../../src/git/trees/tree-codec.js';
import { FileMode } from '../../../src/git/trees/tree-codec.js';
import type { EntryQuestions } from '../../../src/facets/observe/classify.js';
import { classifyDirectory, classifyInside, classifyLeaf, isSkipped } from '../../../src/facets/observe/classify.js';

type Recorded = 'nothing' | 'file' | 'tree';

function entryOf(recorded: Recorded): TreeEntry | undefined {
  const mode = recorded === 'file' ? FileMode.file : FileMode.directory;
  return recorded === 'nothing' ? undefined : { name: 'x', mode, oid: oidFromHex('0'.repeat(40)) };
}

/** Answers, with `files`, `directories` or both ignored. */
function asked(words: string): EntryQuestions {
  const has = (word: string): boolean => words.split(' ').includes(word);
  return {
    ignores: (_name, isDirectory) => has(isDirectory ? 'directories' : 'files'),
    keepsNogtree: () => has('nogtree'),
    leadsToNogbundle: () => has('nogbundle'),
  };
}

const NOT_ASKED: EntryQuestions = {
  ignores: () => expect.unreachable('ignore rules cost time'),
  keepsNogtree: () => expect.unreachable('trees cost time'),
  leadsToNogbundle: () => expect.unreachable('paths cost time'),
};

describe('an entry that was not looked at', () => {
  test.each<[string, Recorded, boolean, string]>([
    ['skipped', 'nothing', false, 'files directories'],
    ['skipped', 'nothing', true, ''],
    ['skipped', 'file', true, ''],
    ['skipped', 'tree', true, ''],
    ['looked at', 'nothing', false, ''],
    ['looked at', 'nothing', false, 'files'],
    ['looked at', 'nothing', false, 'directories'],
    ['looked at', 'nothing', false, 'files directories nogbundle'],
    ['looked at', 'nothing', true, 'nogbundle'],
    ['looked at', 'file', false, 'files directories'],
    ['looked at', 'tree', false, 'files directories'],
  ])(
    'is %s where %s is recorded, its name is reserved: %s, and of ignored and nogbundle there is: %s',
    (expected, recorded, isReserved, words) => {
      expect(isSkipped('x', entryOf(recorded), isReserved, false, asked(words))).toBe(expected === 'skipped');
    },
  );

  test.each<[Recorded, boolean]>([['nothing', false], ['nothing', true], ['file', false], ['tree', true]])(
    'is looked at where sums are made (%s recorded, reserved: %s), and no rule is asked',
    (recorded, isReserved) => {
      expect(isSkipped('x', entryOf(recorded), isReserved, true, NOT_ASKED)).toBe(false);
    },
  );

  test.each<Recorded>(['file', 'tree'])('is looked at, and no rule is asked, where a %s is recorded', (recorded) => {
    expect(isSkipped('x', entryOf(recorded), false, false, NOT_ASKED)).toBe(false);
  });
});

describe('what is no directory', () => {
  test.each<[ReturnType<typeof classifyLeaf>, 'file' | 'symlink' | 'other', Recorded, string]>([
    ['file', 'file', 'nothing', ''],
    ['file', 'file', 'nothing', 'directories'],
    ['file', 'file', 'file', 'files'],
    ['file', 'file', 'tree', ''],
    ['symlink', 'symlink', 'nothing', ''],
    ['symlink', 'symlink', 'file', 'files'],
    ['special', 'other', 'nothing', ''],
    ['special', 'other', 'file', 'files'],
    ['ignored', 'file', 'nothing', 'files'],
    ['ignored', 'file', 'tree', 'files'],
    ['ignored', 'symlink', 'nothing', 'files'],
    ['replaces', 'file', 'tree', 'nogtree'],
    ['replaces', 'other', 'tree', 'nogtree files'],
  ])('is "%s" as %s with %s recorded, and: %s', (expected, kind, recorded, words) => {
    expect(classifyLeaf(kind, 'x', entryOf(recorded), false, asked(words))).toBe(expected);
  });

  test.each(['file', 'symlink', 'other'] as const)('is never recorded under a reserved name, and nothing is asked: %s', (kind) => {
    expect(classifyLeaf(kind, '.gitx', entryOf('file'), true, NOT_ASKED)).toBe('reserved');
  });
});

describe('a directory', () => {
  const PLAIN = {
    isReserved: false,
    isUnmounted: false,
    isNogbundle: false,
    isAboveNogbundle: false,
    recorded: undefined,
    isIgnored: () => false,
  };
  const IGNORED = { ...PLAIN, isIgnored: () => true };
  const FIRST = { ...PLAIN, isIgnored: () => expect.unreachable('ignore rules cost time') };

  test.each([
    ['enter', 'plain', PLAIN],
    ['enter', 'recorded', { ...PLAIN, recorded: entryOf('tree') }],
    ['ignored', 'ignored', IGNORED],
    ['enterIgnored', 'ignored, but recorded', { ...IGNORED, recorded: entryOf('tree') }],
    ['enterIgnored', 'ignored, but recorded as a file', { ...IGNORED, recorded: entryOf('file') }],
    ['enterIgnored', 'ignored, but above a nogbundle', { ...IGNORED, isAboveNogbundle: true }],
    ['enter', 'above a nogbundle', { ...PLAIN, isAboveNogbundle: true }],
    ['unmounted', 'not mounted, whatever else it is', { ...FIRST, isUnmounted: true, isNogbundle: true, isReserved: true }],
    ['nogbundle', 'a nogbundle, whatever its name', { ...FIRST, isNogbundle: true, isReserved: true }],
    ['reserved', 'of a reserved name, recorded or not', { ...FIRST, isReserved: true, recorded: entryOf('tree') }],
    ['enterIgnored', 'of a reserved name, but above a nogbundle', { ...FIRST, isReserved: true, isAboveNogbundle: true }],
  ])('is "%s" if it is %s', (expected, _what, facts) => {
    expect(classifyDirectory(facts)).toBe(expected);
  });
});

describe('a directory that was entered', () => {
  const PLAIN = {
    isIgnored: false,
    isAboveNogbundle: false,
    isRepo: false,
    isTooDeep: false,
    recorded: undefined,
    isRecordedWhole: () => false,
  };
  const IGNORED = { ...PLAIN, isIgnored: true };

  test.each([
    ['visit', 'plain', PLAIN],
    ['visit', 'ignored, but recorded entry by entry', { ...IGNORED, recorded: entryOf('tree') }],
    ['visit', 'ignored, but above a nogbundle', { ...IGNORED, isAboveNogbundle: true }],
    ['ignored', 'ignored, and recorded as a file', { ...IGNORED, recorded: entryOf('file') }],
    ['submodule', 'a repository', { ...PLAIN, isRepo: true }],
    ['submodule', 'a repository and too deep', { ...PLAIN, isRepo: true, isTooDeep: true }],
    ['submodule', 'an ignored repository that is recorded as one', { ...IGNORED, isRepo: true, isRecordedWhole: () => true }],
    ['submodule', 'an ignored repository that is recorded entry by entry', { ...IGNORED, isRepo: true, recorded: entryOf('tree') }],
    ['ignored', 'an ignored repository', { ...IGNORED, isRepo: true, recorded: entryOf('file') }],
    ['tooDeep', 'too deep', { ...PLAIN, isTooDeep: true }],
    ['tooDeep', 'too deep and ignored, but recorded entry by entry', { ...IGNORED, isTooDeep: true, recorded: entryOf('tree') }],
    ['ignored', 'too deep and ignored, even above a nogbundle', { ...IGNORED, isTooDeep: true, isAboveNogbundle: true }],
  ])('is "%s" if it is %s', (expected, _what, facts) => {
    expect(classifyInside(facts)).toBe(expected);
  });
});
