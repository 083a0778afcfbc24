import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { findJsonFiles, loadFormats, runFile } from './cases.mjs';

const DATA = path.resolve(import.meta.dirname, '../../fixtures/golden');

describe('recorded results', async () => {
  const formats = await loadFormats();
  for (const file of findJsonFiles(DATA)) {
    test(file, async ({ skip }) => {
      const format = formats.find((candidate) => candidate.accepts(file));
      if (format === undefined) throw new Error(`no format knows ${file}`);
      const results = await runFile(DATA, file, format);
      expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
      expect(results, 'the file has cases').not.toEqual([]);
      skip(results.every(({ status }) => status === 'skipped'), results[0]?.message);
    });
  }
});
