import fs from 'node:fs';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { firstParents } from '../../../src/git/commits/first-parents.js';
import { ObjectReader } from '../../../src/git/objects/object-reader.js';
import { oidFromHex } from '../../../src/git/objects/object-id.js';
import * as runGitModule from '../../../src/git/process/run-git.js';
import { ownSteps, stepsOf } from '../../../src/history/changes/path-steps.js';
import { git } from '../../harness/index.js';
import { newRepository } from '../../git/repository.js';

const DAYS = 260;
const CHANGING = ['data/a', 'data/*', 'data/deep/er/\xe9', 'data/new\nline', ':(glob)x', '"quoted"', 'data/deep', 'link'];

/** Each day one of some paths changes: as a file, another mode of it, a link, a directory, or it goes. */
function streamOfDays(): Buffer {
  let stream = '';
  for (let day = 0; day < DAYS; day += 1) {
    const name = CHANGING[(day * 7) % CHANGING.length] as string;
    const path = JSON.stringify(name).replace('\\u00e9', '\xe9');
    const change = [
      `M 100644 inline ${path}\ndata 4\n${String(day).padStart(4)}\n`,
      `M 100644 inline ${path}\ndata 4\nsame\n`,
      `M 100755 inline ${path}\ndata 4\nsame\n`,
      `M 120000 inline ${path}\ndata 1\nx\n`,
      `D ${path}\n`,
    ][day % 5];
    stream += `commit refs/heads/master\ncommitter A <a@b> ${1_600_000_000 + day} +0000\ndata 0\n\n${change}`;
  }
  return Buffer.from(stream, 'latin1');
}

let gitDir: string;
let history: Parameters<typeof stepsOf>[0];

beforeAll(() => {
  const made = newRepository();
  ({ gitDir } = made);
  git(['fast-import', '--quiet'], made.dir, { input: streamOfDays() });
  git(['gc', '-q'], made.dir);
  const reader = ObjectReader.open(gitDir);
  const stat = firstParents(gitDir, reader, oidFromHex(git(['rev-parse', 'master'], made.dir)));
  history = { repo: { gitDir }, reader, stat };
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the commits in which a path changed', () => {
  test.each([...CHANGING, 'data', 'data/deep/er', 'never', 'data/never', 'data/a/below', ''])('Git finds the same: %j', async (path) => {
    const found = [...(await stepsOf(history, path))];
    expect(found).toEqual([...ownSteps(history, path)]);
    expect(found.length > 0).toBe(!/never|below/.test(path));
  });

  test('are looked for by Git in a long history only, and not where it cannot be told the path', async () => {
    const run = vi.spyOn(runGitModule, 'runGit');
    await stepsOf({ ...history, stat: history.stat.slice(0, 50) }, 'data/a');
    await stepsOf(history, 'data/new\nline');
    await stepsOf(history, '');
    expect(run).not.toHaveBeenCalled();
    await stepsOf(history, 'data/a');
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('of which one cannot be read are an error that names the file', async () => {
    const pack = fs.readdirSync(`${gitDir}/objects/pack`).find((name) => name.endsWith('.pack')) ?? '';
    const file = `${gitDir}/objects/pack/${pack}`;
    const bytes = fs.readFileSync(file);
    fs.chmodSync(file, 0o644);
    fs.writeFileSync(file, bytes.map((byte, at) => (at > 100 && at < bytes.length - 20 ? byte ^ 0xff : byte)));
    history.reader.close();
    const steps = await stepsOf(history, 'data/a');
    expect(() => [...steps]).toThrow(`${file}: damaged pack`);
  });
});
