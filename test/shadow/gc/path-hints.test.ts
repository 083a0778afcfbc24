import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PathHints } from '../../../src/shadow/gc/path-hints.js';

const OID = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('hex'));
/** Any bytes but newlines, which Git leaves out. */
const PATH = fc.oneof(
  fc.constantFrom('', 'raw', 'a/raw', 'b/raw'),
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\n', ' ')),
);

test('every object keeps its place; equal paths, and only these, get equal hints, however the list comes in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(OID, PATH, fc.boolean()), { maxLength: 50 }),
      fc.integer({ min: 1, max: 100 }),
      async (objects, size) => {
        // Commits have no path, and toplevel trees an empty one.
        const lines = objects.map(([oid, path, isCommit]) => (isCommit ? oid : `${oid} ${path}`));
        const list = Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
        const chunks = Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.subarray(i * size, (i + 1) * size));
        const hinted = (await buffer(Readable.from(chunks).pipe(new PathHints()))).toString('latin1').split('\n');
        expect(hinted.pop()).toBe('');
        expect(hinted.map((line) => line.slice(0, 40))).toEqual(objects.map(([oid]) => oid));
        const hints = new Map<string, string>();
        for (const [index, line] of lines.entries()) {
          const [path, hint] = [line.slice(41), hinted[index]?.slice(41) ?? ''];
          expect(hints.get(path) ?? hint).toBe(hint);
          hints.set(path, hint);
        }
        expect(new Set(hints.values()).size).toBe(hints.size);
        for (const hint of hints.values()) expect(hint).toMatch(/^(?:[\w+/]{16})?$/);
      },
    ),
    { numRuns: 100 },
  );
});
