import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { BY_HAND } from '../../../src/realdir/reach/reach.js';
import type { EntryStat, PreciseStat } from '../../../src/realdir/stat/lstat.js';
import { DirectoryCursor } from '../../../src/realdir/walk/directory-cursor.js';
import { expectLongWalks } from '../../../src/realdir/walk/long-walk.js';
import { directoryCalls } from '../../../src/system/directory-calls.js';
import type { ByteString } from '../../../src/util/byte-string.js';
import { fsPath, joinPath } from '../../../src/util/byte-string.js';
import { asNobody, removeTree, tempDir } from '../../harness/index.js';

/** What is made of one entry. */
type Made =
  | { readonly kind: 'file'; readonly size: number; readonly mtime: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'hardlink' | 'fifo' | 'socket' }
  | { readonly kind: 'directory'; readonly mode: number; readonly entries: readonly (readonly [ByteString, Made])[] };

const byte = fc.integer({ min: 1, max: 255 }).filter((value) => value !== 0x2f).map((value) => String.fromCharCode(value));
const name = fc
  .oneof(fc.string({ unit: byte, minLength: 1, maxLength: 40 }), fc.string({ unit: byte, minLength: 250, maxLength: 255 }))
  .filter((text) => text !== '.' && text !== '..');
const leaf: fc.Arbitrary<Made> = fc.oneof(
  fc.record({
    kind: fc.constant('file' as const),
    size: fc.oneof(fc.nat(5000), fc.integer({ min: 2 ** 32, max: 2 ** 43 })),
    mtime: fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 33 }), fc.double({ min: -1e9, max: 4e9, noNaN: true })),
  }),
  fc.record({ kind: fc.constant('link' as const), target: fc.string({ unit: byte, minLength: 1, maxLength: 60 }) }),
  fc.record({ kind: fc.constantFrom('hardlink' as const, 'fifo' as const, 'socket' as const) }),
);
const { entries } = fc.letrec<{ entries: readonly (readonly [ByteString, Made])[]; made: Made }>((tie) => ({
  entries: fc.uniqueArray(fc.tuple(name, tie('made')), { maxLength: 6, selector: ([each]) => each }),
  made: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({ kind: fc.constant('directory' as const), mode: fc.constantFrom(0o755, 0o755, 0, 0o111, 0o444), entries: tie('entries') }),
  ),
}));

/** One of each of what Node cannot make, to be linked. */
let specials: string;

beforeAll(async () => {
  specials = tempDir();
  execFileSync('mkfifo', [`${specials}/fifo`]);
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(`${specials}/bound`, resolve));
  fs.linkSync(`${specials}/bound`, `${specials}/socket`);
  await new Promise((resolve) => server.close(resolve));
});

function make(directory: ByteString, list: readonly (readonly [ByteString, Made])[]): void {
  let file: ByteString | null = null;
  for (const [each, made] of list) {
    const at = joinPath(directory, each);
    if (made.kind === 'file') {
      fs.writeFileSync(fsPath(at), '');
      fs.truncateSync(fsPath(at), made.size);
      fs.utimesSync(fsPath(at), made.mtime, made.mtime);
      file = at;
    } else if (made.kind === 'link') fs.symlinkSync(fsPath(made.target), fsPath(at));
    else if (made.kind === 'directory') {
      fs.mkdirSync(fsPath(at));
      make(at, made.entries);
      fs.chmodSync(fsPath(at), made.mode);
    } else if (made.kind !== 'hardlink') fs.linkSync(`${specials}/${made.kind}`, fsPath(at));
    else if (file !== null) fs.linkSync(fsPath(file), fsPath(at));
  }
}

/** Says all that a walk finds, and what fails with which error. */
function walk(root: string): string[] {
  const cursor = DirectoryCursor.open(root, BY_HAND);
  if (cursor === null) throw new Error('there is no directory');
  const told: string[] = [];
  const attempt = <T>(path: string, action: () => T): T | null => {
    try {
      return action();
    } catch (error) {
      told.push(`${path}: ${String((error as NodeJS.ErrnoException).code)}`);
      return null;
    }
  };
  const visit = (path: string): void => {
    for (const each of attempt(path, () => cursor.names()) ?? []) {
      const at = `${path}/${each}`;
      const stat = attempt(at, () => cursor.lstat(each));
      const precise = attempt(at, () => cursor.lstatPrecise(each));
      told.push(`${at}: ${describeEntry(stat)}, ${describePrecisely(precise)}`);
      if (stat?.kind !== 'directory' || attempt(at, () => cursor.descend(each, stat)) !== true) continue;
      visit(at);
      cursor.ascend();
    }
    if (path.length % 3 === 0) cursor.suspend();
  };
  visit('');
  cursor.close();
  return told;
}

function describeEntry(stat: EntryStat | null): string {
  const { kind, size, mtime, ino, nlink, dev } = stat ?? {};
  return [kind, size, mtime, ino, nlink, dev].join(' ');
}

function describePrecisely(stat: PreciseStat | null): string {
  const { mtimeNs, ctimeNs, birthtimeNs, blocks, uid, gid } = stat ?? {};
  return [describeEntry(stat), mtimeNs, ctimeNs, birthtimeNs, blocks, uid, gid].join(' ');
}

describe.skipIf(directoryCalls() === null)('both ways to walk (where koffi can be loaded)', () => {
  test('find and report the same in hostile trees, as root and as others', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const root = tempDir();
        fs.chmodSync(root, 0o755);
        make(root, list);
        try {
          expectLongWalks(false);
          const expected = [walk(root), asNobody(() => walk(root))];
          expectLongWalks(true);
          expect([walk(root), asNobody(() => walk(root))]).toEqual(expected);
        } finally {
          removeTree(root);
        }
      }),
      { numRuns: 60 },
    );
  });
});
