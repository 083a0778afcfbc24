// Compares git-fso with recorded results: `npm run golden -- --data DIR`.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findJsonFiles, loadFormats, runFile } from './cases.mjs';

const DEFAULT_DATA = path.resolve(import.meta.dirname, '../../fixtures/golden');

function dataDirectory() {
  const { values } = parseArgs({ options: { data: { type: 'string', default: DEFAULT_DATA } } });
  const directory = path.resolve(values.data);
  if (!fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`${directory} is not a directory`);
  return directory;
}

function print(file, result) {
  if (result.status === 'skipped') console.log(`skipped: ${file}: ${result.title}: ${result.message}`);
  if (result.status === 'failed') console.log(`FAILED: ${file}: ${result.title}\n  ${result.message.replaceAll('\n', '\n  ')}`);
}

async function main() {
  const directory = dataDirectory();
  const formats = await loadFormats();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of findJsonFiles(directory)) {
    const format = formats.find((candidate) => candidate.accepts(file));
    if (format === undefined) {
      console.log(`note: no format knows ${file}`);
      continue;
    }
    for (const result of await runFile(directory, file, format)) {
      counts[result.status]++;
      print(file, result);
    }
  }
  const nothing = counts.passed + counts.failed === 0;
  if (nothing) console.log(`note: there was nothing to check below ${directory}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`);
  return counts.failed > 0 || nothing ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
}
