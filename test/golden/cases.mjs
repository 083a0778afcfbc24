import fs from 'node:fs';
import path from 'node:path';

const FORMATS = path.join(import.meta.dirname, 'formats');

/** All formats, in the order of their file names. */
export async function loadFormats() {
  const files = fs.readdirSync(FORMATS).filter((name) => name.endsWith('.mjs')).sort();
  const modules = await Promise.all(files.map((name) => import(path.join(FORMATS, name))));
  return modules.map((module) => module.format);
}

/** The JSON files below `directory`, as paths relative to it, sorted. */
export function findJsonFiles(directory) {
  return fs.readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')).sort();
}

/**
 * Runs every case of one file. Results are `{ title, status: 'passed' | 'failed' | 'skipped', message }`;
 * a file that cannot be parsed is one failed case.
 */
export async function runFile(directory, file, format) {
  let cases;
  try {
    cases = [...format.cases(JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8')), file)];
  } catch (error) {
    return [{ title: '(reading the file)', status: 'failed', message: messageOf(error) }];
  }
  const results = [];
  for (const { title, skip, run } of cases) {
    if (skip !== undefined) results.push({ title, status: 'skipped', message: skip });
    else results.push(await runCase(title, run));
  }
  return results;
}

async function runCase(title, run) {
  try {
    await run();
    return { title, status: 'passed', message: '' };
  } catch (error) {
    return { title, status: 'failed', message: messageOf(error) };
  }
}

function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
