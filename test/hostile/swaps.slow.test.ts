import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { canSetImmutable, setImmutable } from '../facets/world.js';
import type { FsoResult } from '../harness/index.js';
import { buildTree, fso, git } from '../harness/index.js';
import type { TestSite } from '../rescan/site.js';
import { makeSite } from '../rescan/site.js';
import { startLoop, swapBody } from './swapper.js';

const isFull = process.env['FSO_RACE_FULL'] !== undefined;
/** How often two directories change places while a command is called again and again, at least, and how often it is called. */
const SWAPS = isFull ? 10_000 : 1000;
const CALLS = isFull ? 40 : 3;

const SECRET = 'nobody-may-know-this';
const LONG_AGO = new Date('2001-01-01T00:00:00Z');

/** A root whose realdir `deep/p`, and the directory that it is in, change places with links to a directory beside the root. */
interface Scene {
  readonly site: TestSite;
  readonly victim: string;
  readonly repo: string;
  readonly deep: string;
  run(...args: string[]): FsoResult;
}

const ended: (() => void)[] = [];
afterEach(() => ended.splice(0).forEach((end) => end()));

function makeScene(): Scene {
  const tree = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`deep/p/d${n}/own`, '']));
  const site = makeSite(
    { ...tree, 'deep/p/README.md': 'own', 'other/file': '' },
    '    patterns: [enter ., enter deep, repo deep/*, repo other]\n    facets: [stat, sha, content]\n',
  );
  const secrets = { [`${SECRET}.txt`]: SECRET, 'README.md': SECRET, [`${SECRET}-directory/x`]: SECRET };
  const below = Object.fromEntries(Object.entries(secrets).map(([name, content]) => [`p/${name}`, content]));
  const victim = buildTree(path.join(site.top, 'victim'), { ...secrets, ...below });
  const run = (...args: string[]): FsoResult => fso(args, { cwd: site.top, env: { GIT_FSO_CONFIG: site.config } });
  expect(run('rescan').status).toBe(0);
  return { site, victim, repo: site.repos().get('deep/p') ?? '', deep: path.join(site.project, 'deep'), run };
}

/** The victim, and all in it. */
function placesIn(victim: string): string[] {
  return [victim, ...fs.readdirSync(victim, { recursive: true, encoding: 'utf8' }).map((name) => path.join(victim, name))];
}

/** Where the system says when something was read: not with the mount option noatime. */
function tellsReading(directory: string): boolean {
  const probe = path.join(directory, 'probe');
  fs.writeFileSync(probe, 'x');
  fs.utimesSync(probe, LONG_AGO, new Date());
  fs.readFileSync(probe);
  return fs.statSync(probe).atimeMs > LONG_AGO.getTime();
}

/** Has reading be noticed: relatime renews what is older than the mtime. */
function watch(victim: string): void {
  for (const place of placesIn(victim).reverse()) fs.utimesSync(place, LONG_AGO, new Date());
}

function readPlaces(victim: string): string[] {
  // Looking at it reads it, too.
  const all = [victim, 'README.md', 'p', 'p/README.md', `p/${SECRET}.txt`, `p/${SECRET}-directory`, `${SECRET}.txt`, `${SECRET}-directory`];
  return all.map((name) => path.resolve(victim, name)).filter((place) => fs.statSync(place).atimeMs > LONG_AGO.getTime());
}

/** All objects and the files of git-fso in all shadow repos below a directory. */
function stored(shadow: string): string {
  const texts: string[] = [];
  for (const name of fs.readdirSync(shadow, { recursive: true, encoding: 'utf8' })) {
    const place = path.join(shadow, name);
    if (/\.git\/fso\/[^/]+$/.test(name) && fs.statSync(place).isFile()) texts.push(fs.readFileSync(place, 'latin1'));
    if (name.endsWith('.fso/.git')) texts.push(git(['cat-file', '--batch', '--batch-all-objects', '--buffer'], path.dirname(place)));
  }
  return texts.join('\n');
}

/**
 * Calls something again and again while the places change. Whatever becomes of a call, nothing beyond the links is read, told or recorded.
 * @param swapped what changes places with a link to the victim
 */
async function race({ site, victim, deep }: Scene, swapped: readonly string[], call: (round: number) => FsoResult): Promise<void> {
  const body = swapped.map((place) => {
    const link = path.join(path.dirname(place), `.link-${path.basename(place)}`);
    fs.symlinkSync(place === deep ? victim : path.join(victim, 'p'), link);
    return swapBody(place, link);
  });
  const isTold = tellsReading(site.top);
  watch(victim);
  const results: FsoResult[] = [];
  let swaps = 0;
  for (let round = 0; round < CALLS || swaps < SWAPS; round += CALLS) {
    const loop = await startLoop(body.join(''));
    for (let index = 0; index < CALLS; index += 1) results.push(call(round + index));
    swaps += Number(/rounds (\d+)/.exec(await loop.end())?.[1] ?? 0) * 2 * swapped.length;
  }
  const said = results.map(({ stdout, stderr }) => stdout + stderr).join('');
  expect(said).not.toContain(SECRET);
  expect(said).not.toContain('unexpected error');
  if (isTold) expect(readPlaces(victim)).toEqual([]);
  const all = stored(site.top);
  expect(all).not.toContain(SECRET);
  expect(all).not.toContain(`"inode":"${fs.statSync(path.join(victim, 'p')).ino}"`);
  expect(all).not.toContain(`"inode":"${fs.statSync(victim).ino}"`);
}

describe('while directories change places with links out of the root', () => {
  const both = ({ deep }: Scene): string[] => [path.join(deep, 'p'), deep];

  test.each([
    ['content', ['content']],
    ['status', ['status']],
    ['meta set', ['meta', 'set', '.', 'note=1']],
    ['meta ls', ['meta', 'ls']],
  ])('%s reads, tells and records nothing beyond them', async (_name, args) => {
    const scene = makeScene();
    await race(scene, both(scene), () => scene.run('-C', scene.repo, ...args));
  });

  test.each([['discover'], ['discover --untracked'], ['list'], ['list --due'], ['rescan'], ['doctor']])(
    '%s reads, tells and records nothing beyond them',
    async (command) => {
      const scene = makeScene();
      await race(scene, both(scene), () => scene.run(...command.split(' ')));
    },
  );

  test('a place that is named by -C is none beyond them', async () => {
    const scene = makeScene();
    await race(scene, both(scene), () => scene.run('-C', path.join(scene.deep, 'p'), 'ls'));
  });

  test('init observes nothing beyond them', async () => {
    const scene = makeScene();
    await race(scene, both(scene), (round) => {
      const shadow = path.join(scene.site.top, `shadow-${round}`);
      return scene.run('init', '--observe', path.join(scene.deep, 'p'), '--shadow', shadow);
    });
  });

  test('move goes to nothing beyond them', async () => {
    const scene = makeScene();
    fs.rmSync(scene.repo, { recursive: true });
    const at = (): string => [...scene.site.repos()].find(([name]) => name === 'other' || name === 'deep/p')?.[1] ?? '';
    await race(scene, both(scene), (round) => {
      const to = round % 2 === 0 ? path.join(scene.deep, 'p') : path.join(scene.site.project, 'other');
      return scene.run('-C', at(), 'move', to);
    });
  });

  test.skipIf(!canSetImmutable())('archive takes nothing beyond them (needs chattr)', async () => {
    const scene = makeScene();
    const realdir = path.join(scene.deep, 'p');
    setImmutable(realdir, true);
    ended.push(() => {
      const places = [scene.deep, path.join(scene.site.project, '.link-deep')];
      for (const place of places) if (fs.lstatSync(place).isDirectory()) setImmutable(path.join(place, 'p'), false);
    });
    expect(scene.run('-C', scene.repo, 'stat').status).toBe(0);
    await race(scene, [scene.deep], () => scene.run('-C', scene.repo, 'archive'));
  });
});
