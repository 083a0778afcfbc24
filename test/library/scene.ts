import fs from 'node:fs';
import path from 'node:path';
import type { Repo } from '../../src/index.js';
import * as library from '../../src/index.js';
import { tempDir } from '../harness/index.js';

/** A byte that is no part of UTF-8, as text has it. */
export const NO_UTF8 = '\udce9';

/** The bytes that characters stand for. */
export const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A project with three files, and where its shadow repo shall be. */
export interface Scene {
  readonly top: string;
  readonly realdir: string;
  readonly shadow: string;
  newRepo(): Promise<Repo>;
  config(): library.Config;
}

/** Builds a project in a new directory. */
export function makeScene(): Scene {
  const top = fs.realpathSync(tempDir());
  const realdir = path.join(top, 'project/data');
  const shadow = path.join(top, 'shadow');
  fs.mkdirSync(path.join(realdir, 'sub'), { recursive: true });
  fs.writeFileSync(path.join(realdir, 'README.md'), 'hello\n');
  fs.writeFileSync(bytes(`${realdir}/sub/gr\xc3\xbcn`), 'green');
  fs.writeFileSync(bytes(`${realdir}/sub/\xe9`), 'not UTF-8');
  return {
    top,
    realdir,
    shadow,
    newRepo: async () => (await library.createBelowRoot(shadow, realdir)).repo,
    config: () => {
      const file = path.join(top, 'git-fso.yml');
      const root = `path: ${top}/project\n    name: project\n    facets: [stat, sha, content]\n    schedule: { stat: every 1h }\n`;
      fs.writeFileSync(file, `shadow: ${shadow}\nroots:\n  - ${root}`);
      return library.loadConfig(file);
    },
  };
}

/** All that comes. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
