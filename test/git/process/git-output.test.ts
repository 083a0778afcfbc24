import { expect, test } from 'vitest';
import { ObjectBatch } from '../../../src/git/objects/object-batch.js';
import type { Oid } from '../../../src/git/objects/object-id.js';
import { hashObject, oidFromHex } from '../../../src/git/objects/object-id.js';
import { gitOutput } from '../../../src/git/process/git-output.js';
import { RecordedRepository } from '../../history/recorded-tree.js';

const MISSING = oidFromHex('1'.repeat(40));

async function textOf(repository: RecordedRepository, args: readonly string[]): Promise<string> {
  let text = '';
  for await (const piece of gitOutput(repository.gitDir, args)) text += piece.toString();
  return text;
}

test('what Git prints comes in pieces; its failure, and that it cannot start, are errors', async () => {
  const repository = new RecordedRepository();
  expect(await textOf(repository, ['config', 'core.bare'])).toMatch(/true|false/);
  await expect(textOf(repository, ['cat-file', 'blob', '1'.repeat(40)])).rejects.toThrow(/^git cat-file failed: /);
  await expect(async () => {
    for await (const piece of gitOutput('/nonexistent/repo/.git', ['version'])) expect(piece).toBeDefined();
  }).rejects.toThrow('/nonexistent/repo/.git');
});

test('Git is ended when nobody wants more', async () => {
  const repository = new RecordedRepository();
  repository.record('s', Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`file-${index}`, String(index)])));
  for await (const piece of gitOutput(repository.gitDir, ['ls-tree', '-r', 's'])) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
});

test('many blobs are read in the order in which they are asked for, and each failure is told', async () => {
  const repository = new RecordedRepository();
  const texts = Array.from({ length: 2000 }, (_, index) => `text ${index}\n`.repeat(index % 50));
  const tree = repository.record('s', Object.fromEntries(texts.map((text, index) => [`file-${index}`, text])));
  const oids = texts.map((text) => hashObject('blob', text));
  const reading = async (ids: readonly Oid[], maxBytes = 1000): Promise<string[]> => {
    const batch = new ObjectBatch(repository.gitDir);
    try {
      return (await batch.read(ids, maxBytes)).map(String);
    } finally {
      await batch.close();
    }
  };
  expect(await reading(oids)).toEqual(texts);
  await expect(reading([oids[3] as Oid, MISSING])).rejects.toThrow(`object ${'1'.repeat(40)} is missing`);
  await expect(reading([tree])).rejects.toThrow('is no blob');
  await expect(reading([oids[49] as Oid], 100)).rejects.toThrow('is bigger than any record');
});
