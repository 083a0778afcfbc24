import { beforeAll, describe, expect, test } from 'vitest';
import * as library from '../../src/index.js';
import { all, makeScene } from './scene.js';

/** As a program in JavaScript calls the library: nobody has looked at the types. */
const untyped = library as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;

let given: { readonly repo: library.Repo; readonly config: library.Config; readonly realdir: string };

beforeAll(async () => {
  const scene = makeScene();
  given = { repo: await scene.newRepo(), config: scene.config(), realdir: scene.realdir };
});

/** What a call has thrown, sooner or later. */
async function thrownBy(name: string, args: readonly unknown[]): Promise<unknown> {
  try {
    const result = await untyped[name]?.(...args);
    if (typeof result === 'object' && result !== null && (Symbol.asyncIterator in result || Symbol.iterator in result))
      await all(result as AsyncIterable<unknown>);
    return 'nothing';
  } catch (error) {
    return error;
  }
}

/** The functions, and what stands before their options. */
const BEFORE_OPTIONS: Readonly<Record<string, readonly ('repo' | 'config' | 'realdir' | object | string)[]>> = {
  applyStub: ['repo'],
  checkRepo: ['realdir'],
  collectGarbage: ['repo'],
  createBelowRoot: ['realdir', 'realdir'],
  createHere: ['realdir', 'realdir'],
  diagnose: ['config'],
  discover: ['config'],
  editStub: ['repo', { ignore: 'x' }],
  handBack: ['repo'],
  listDue: ['config'],
  listRecords: ['repo'],
  listRepos: ['config'],
  moveRepo: ['repo', 'realdir'],
  openRepo: ['realdir'],
  previewStub: ['repo', { ignore: 'x' }],
  recordArchive: ['repo'],
  recordContent: ['repo'],
  recordSha: ['repo'],
  recordSot: ['repo'],
  recordStat: ['repo'],
  recordTos: ['repo'],
  recordVerify: ['repo'],
  reinit: ['repo', 'enter-subdirs'],
  rescan: ['config'],
  rescanDue: ['config'],
  setMetadata: ['repo', []],
  startDaemon: ['config'],
  status: ['repo'],
};

const filled = (args: readonly unknown[]): unknown[] =>
  args.map((arg) => (typeof arg === 'string' && arg in given ? given[arg as keyof typeof given] : arg));

describe('what cannot be right is an error with a code', () => {
  test.each(Object.entries(BEFORE_OPTIONS))('options of %s that are none', async (name, args) => {
    for (const options of [null, 'text', 7, [], { signal: 'now' }])
      expect(await thrownBy(name, [...filled(args), options]), JSON.stringify(options)).toMatchObject({ code: 'Usage' });
  });

  const functions = Object.keys(library).filter((name) => !name.endsWith('Error'));
  test.each(functions)('arguments of %s that are null, or of no type of it', async (name) => {
    for (const wrong of [null, undefined, 7, Symbol('s'), Object.create(null), 10n]) {
      const error = await thrownBy(name, [wrong, wrong, wrong]);
      expect(error, `${name}(${typeof wrong})`).toMatchObject({ code: 'Usage' });
    }
  });

  test.each([
    ['recordStat', { mtimeRange: 'all' }],
    ['recordStat', { recheck: 1 }],
    ['recordStat', { acceptEmpty: 'yes' }],
    ['recordStat', { onChange: true }],
    ['recordStat', { env: 'PATH=/' }],
    ['recordStat', { command: 3 }],
    ['recordStat', { waitMs: '3' }],
    ['recordStat', { waitMs: 3n }],
    ['recordSha', { workers: -1 }],
    ['recordSha', { limit: 3 }],
    ['recordVerify', { unreadSince: 'yesterday' }],
    ['recordVerify', { paths: 'a' }],
    ['recordVerify', { paths: ['/a'] }],
    ['collectGarbage', { expireMs: 'now' }],
    ['handBack', { force: 'yes' }],
    ['listRecords', { at: 7 }],
    ['listRecords', { at: new Date(NaN) }],
    ['listRecords', { path: 7 }],
    ['listRecords', { revision: [] }],
  ])('%s with %o', async (name, options) => {
    expect(await thrownBy(name, [given.repo, options])).toMatchObject({ code: 'Usage' });
  });

  test.each([
    ['withRoots', 'config', 'project'],
    ['withRoots', 'config', [7]],
    ['clearErrors', 'config', '/'],
    ['clearErrors', 'config', [7]],
    ['rescan', 'config', { facets: 'stat' }],
    ['rescan', 'config', { facets: ['nosuch'] }],
    ['rescan', 'config', { facets: [null] }],
    ['rescan', 'config', { places: '/' }],
    ['rescan', 'config', { jobs: 'two' }],
    ['listDue', 'config', { now: 'today' }],
    ['editStub', 'repo', { ignore: 7 }],
    ['editStub', 'repo', { bundle: null }],
    ['editStub', 'repo', { change: 'x' }],
    ['editStub', 'repo', {}],
    ['editStub', 'repo', { change: () => null }],
    ['editStub', 'repo', { change: () => ({ '.gitignore': 7 }) }],
    ['editStub', 'repo', { change: () => ({ gitignore: 'x' }) }],
    ['setMetadata', 'repo', { path: '.', merge: {} }],
    ['setMetadata', 'repo', [null]],
    ['setMetadata', 'repo', [{ path: '.' }]],
    ['setMetadata', 'repo', [{ path: '.', removeKeys: 'note' }]],
    ['setMetadata', 'repo', [{ path: '.', removeKeys: [7] }]],
    ['setMetadata', 'repo', [{ path: '.', merge: null }]],
    ['setMetadata', 'repo', [{ path: '.', merge: new Map([[7, 'x']]) }]],
  ])('%s(%s, %o)', async (name, first, second) => {
    expect(await thrownBy(name, filled([first, second]))).toMatchObject({ code: 'Usage' });
  });

  const cycle: Record<string, unknown> = {};
  cycle['itself'] = cycle;
  test.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a bigint', 1n],
    ['NaN', NaN],
    ['infinity', Infinity],
    ['a Date', new Date()],
    ['a Map', new Map()],
    ['a Buffer', Buffer.from('x')],
    ['a hole', [1, , 2]], // oxlint-disable-line no-sparse-arrays
    ['itself', cycle],
    ['undefined further in', { a: [{ b: undefined }] }],
  ])('metadata with %s, which JSON has not got', async (_what, value) => {
    const change = { path: '.', merge: { note: value } };
    expect(await thrownBy('setMetadata', [given.repo, [change]])).toMatchObject({
      code: 'Usage',
      message: expect.stringContaining('"note": ') as string,
    });
  });
});
