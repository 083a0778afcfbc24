import fc from 'fast-check';
import type { ByteString } from '../../src/util/byte-string.js';
import type { StatMode } from './expected-stat.js';

/** Where something is made: in the n-th directory, under the n-th name. */
export interface Place {
  readonly directory: number;
  readonly name: number;
}

export type RepositoryShape = 'branch' | 'detached' | 'packed' | 'unborn' | 'hollow' | 'pointer' | 'dangling';

/** A change of the real directory. Numbers choose among what is there at that moment. */
export type Change =
  | { readonly op: 'write'; readonly at: Place; readonly size: number; readonly fill: number; readonly time: number }
  | { readonly op: 'replace'; readonly at: Place; readonly by: 'file' | 'directory' | 'symlink' | 'fifo'; readonly time: number }
  | { readonly op: 'remove'; readonly path: number }
  | { readonly op: 'move'; readonly path: number; readonly at: Place }
  | { readonly op: 'link'; readonly path: number; readonly at: Place }
  | { readonly op: 'touch'; readonly path: number; readonly time: number }
  | { readonly op: 'chmod'; readonly path: number; readonly mode: number }
  | { readonly op: 'ignore'; readonly directory: number; readonly rules: readonly string[] }
  | { readonly op: 'repository'; readonly at: Place | null; readonly shape: RepositoryShape; readonly commit: number }
  | { readonly op: 'toplevel'; readonly there: boolean };

/** Files of the stub; null for one that is removed. */
export type StubEdit = Readonly<Record<string, string | null>>;

export type Operation =
  | Change
  | { readonly op: 'stat'; readonly mode: StatMode }
  | { readonly op: 'sha' }
  | { readonly op: 'stub'; readonly edit: StubEdit };

export interface Sequence {
  readonly names: readonly ByteString[];
  readonly operations: readonly Operation[];
}

/** Names that patterns below talk about. */
const KNOWN_NAMES: readonly ByteString[] = ['a', 'b', 'c.tmp'];

const NASTY_NAMES: readonly ByteString[] = [
  '\xc3\xa9',
  'e\xcc\x81',
  '\xe9',
  '\xff\xfe',
  '\xef\xbb\xbfbom',
  '\xed\xa0\x80',
  '\xf0\x9f\x92\xa9',
  'line\nbreak\n',
  ' both ',
  '-dash',
  ':colon',
  ':(top)magic',
  '*',
  '[x]',
  '?',
  'a\\b',
  '"quote"',
  '\x01\x7f\x1b[31m',
  '.gitfoo',
  '.nogfoo',
  '.nogtree',
  '.nogbundles',
  '.gitattributes',
  '.gi',
  '.hidden',
  'a.b',
  'a0',
  'a-',
  '~',
  '#hash',
  '!bang',
  'x'.repeat(255),
  'key: value',
  '\r',
  '\t',
];

const anyBytes: fc.Arbitrary<ByteString> = fc
  .array(fc.integer({ min: 1, max: 255 }).filter((byte) => byte !== 0x2f), { minLength: 1, maxLength: 6 })
  .map((codes) => String.fromCharCode(...codes))
  .filter((name) => !['.', '..', '.git', '.gitignore'].includes(name));

const names = fc
  .array(fc.oneof(fc.constantFrom(...NASTY_NAMES), anyBytes), { maxLength: 4 })
  .map((more) => [...new Set([...KNOWN_NAMES, ...more])]);

const RULES = [
  '*',
  '*.tmp',
  '/*/',
  'a',
  'a/',
  '/b',
  '!a',
  '!a/',
  '!*/',
  'b/',
  '**/c.tmp',
  'a/**',
  '/a/b',
  '!b/a',
  '*.tmp/',
  '\\#hash',
  '[x-z]*',
  '.*',
];
const NOGBUNDLES = ['/*/', '/*/*/', '**', 'a', 'a/', '/b', 'a/b', '*/a', '.gitfoo', '# note'];
const ATTRIBUTES = [
  '* nogbundle',
  '/*/ nogbundle',
  'a nogbundle',
  '/a/ nogbundle',
  'b/ nogbundle',
  'a/b/ nogbundle',
  'a -nogbundle',
  'b nogbundle=yes',
  'b !nogbundle',
  '.gitfoo/ nogbundle',
];

const lines = (of: readonly string[], maxLength: number): fc.Arbitrary<string[]> => fc.array(fc.constantFrom(...of), { maxLength });
const text = (of: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  lines(of, maxLength).map((rows) => rows.map((row) => `${row}\n`).join(''));
const some = fc.nat({ max: 1000 });
const few = fc.nat({ max: 30 });
const place: fc.Arbitrary<Place> = fc.record({ directory: some, name: few });

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ op: fc.constant('write'), at: place, size: fc.nat({ max: 3 }), fill: fc.nat({ max: 2 }), time: few }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant('replace'),
      at: place,
      by: fc.constantFrom('file', 'directory', 'directory', 'directory', 'symlink', 'fifo'),
      time: few,
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('remove'), path: some }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('move'), path: some, at: place }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('link'), path: some, at: place }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('touch'), path: some, time: few }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('chmod'), path: some, mode: fc.constantFrom(0o000, 0o400, 0o644, 0o755, 0o4711) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('ignore'), directory: some, rules: lines(RULES, 3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('repository'),
      at: fc.option(place, { freq: 8 }),
      shape: fc.constantFrom('branch', 'detached', 'packed', 'unborn', 'hollow', 'pointer', 'dangling'),
      commit: fc.nat({ max: 2 }),
    }),
  },
);

const toplevel = fc.record({ op: fc.constant('toplevel'), there: fc.boolean() });

const stubEdit: fc.Arbitrary<StubEdit> = fc.record(
  {
    '.gitignore': fc.option(text(RULES, 3), { freq: 6 }),
    '.nogbundles': fc.option(text(NOGBUNDLES, 3), { freq: 6 }),
    '.gitattributes': fc.option(text(ATTRIBUTES, 3), { freq: 6 }),
    '.gitfoo/a': fc.option(fc.constantFrom('one', 'two')),
    'a/.nogfoo': fc.option(fc.constantFrom('one', 'two')),
    'README.md': fc.option(fc.constantFrom('one', 'two')),
    'b/a': fc.option(fc.constantFrom('one', 'two')),
  },
  { requiredKeys: [] },
);

const mode: fc.Arbitrary<StatMode> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constantFrom<StatMode>({ mtimeRange: 'range' }, { mtimeRange: 'only' }, { recheck: true }) },
  { weight: 2, arbitrary: fc.constantFrom<StatMode>({ summaries: 'visited' }, { summaries: 'all' }) },
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 20, arbitrary: change },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('stat'), mode }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('sha') }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('stub'), edit: stubEdit }) },
);

const stub = fc.record({ op: fc.constant('stub'), edit: stubEdit });

/** Operations on a real directory and its shadow repo, in any order; the toplevel goes away in a few of them. */
export const sequences: fc.Arbitrary<Sequence> = fc.record({
  names,
  operations: fc
    .tuple(
      fc.oneof(fc.constant([]), fc.tuple(stub)),
      fc.array(operation, { minLength: 1, maxLength: 30, size: 'max' }),
      fc.oneof(
        { weight: 7, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.tuple(toplevel, fc.constant({ op: 'stat' as const, mode: {} })) },
      ),
      fc.array(operation, { maxLength: 10 }),
    )
    .map((parts) => parts.flat() as Operation[]),
});
