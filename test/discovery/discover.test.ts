import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_RULE } from '../../src/discovery/naming-rules/default-rule.js';
import type { DiscoveryOptions } from '../../src/discovery/discover.js';
import { discoverRepos, DiscoveryError } from '../../src/discovery/discover.js';
import { compilePathMatch } from '../../src/discovery/naming-rules/path-match.js';
import { PathPatterns } from '../../src/discovery/naming-rules/path-patterns.js';
import type { ByteString } from '../../src/util/byte-string.js';
import { fsPath, joinPath } from '../../src/util/byte-string.js';
import { asNobody, buildTree, removeTree, tempDir } from '../harness/index.js';

const patterns = (...lines: string[]) => new PathPatterns({ patterns: lines, enabledPaths: [] });

/** Events as `event path`, problems as `problem path code`, and whether the walk was complete. */
async function discover(root: string, options: Partial<DiscoveryOptions> = {}): Promise<{ events: string[]; complete: boolean }> {
  const events: string[] = [];
  const onProblem = (dir: ByteString, error: unknown) => events.push(`problem ${dir} ${(error as NodeJS.ErrnoException).code}`);
  const walk = discoverRepos({ root, rule: DEFAULT_RULE, isKnown: () => false, onProblem, ...options });
  for (;;) {
    const next = await walk.next();
    if (next.done) return { events, complete: next.value.complete };
    events.push(`${next.value.event} ${next.value.path}`);
  }
}

describe('the walk', () => {
  test('names that are no UTF-8 are reported as bytes, in the order of bytes', async () => {
    const root = buildTree(tempDir(), { 'caf\xe9': null, 'caf\xc3\xa9': null, 'caf': null, Z: null, 'a-b/x': null, 'a/b': null });
    const { events } = await discover(root, { rule: patterns('superrepo .', 'superrepo *', 'repo */*') });
    expect(events).toEqual(['.', 'Z', 'a', 'a/b', 'a-b', 'a-b/x', 'caf', 'caf\xc3\xa9', 'caf\xe9'].map((dir) => `candidate ${dir}`));
  });

  test('patterns match text, not bytes', async () => {
    const root = buildTree(tempDir(), { '\xc3\xa9': null, '\xc3\xa9\xc3\xa9': null, '\xf0\x9f\x98\x80': null });
    const { events } = await discover(root, { rule: patterns('enter .', 'repo ?') });
    expect(events).toEqual(['candidate \xc3\xa9', 'ignore \xc3\xa9\xc3\xa9', 'candidate \xf0\x9f\x98\x80']);
  });

  test('only what is entered is read', async () => {
    const root = buildTree(tempDir(), { 'a/b/c': null, 'x/y': null });
    fs.chmodSync(root, 0o755);
    fs.chmodSync(path.join(root, 'x'), 0);
    const { events, complete } = await asNobody(() => discover(root, { rule: patterns('enter a', 'enter a/b', 'repo */*/*', 'repo x') }));
    expect(events).toEqual(['candidate a/b/c', 'candidate x']);
    expect(complete).toBe(true);
  });

  test('a directory that cannot be read is reported, and the walk goes on', async () => {
    const root = buildTree(tempDir(), { 'a/x': null, 'b/secret/y': null, 'c/z': null });
    fs.chmodSync(root, 0o755);
    fs.chmodSync(path.join(root, 'b'), 0);
    const rule = patterns('superrepo .', 'superrepo *', 'repo */*');
    const { events, complete } = await asNobody(() => discover(root, { rule }));
    expect(events).toEqual([
      'candidate .',
      'candidate a',
      'candidate a/x',
      'candidate b',
      'problem b EACCES',
      'candidate c',
      'candidate c/z',
    ]);
    expect(complete).toBe(false);
  });

  test('symbolic links and files are nothing, except that the root may be a link', async () => {
    const top = buildTree(tempDir(), { 'real/a': null, 'real/file': '', 'real/link': { symlink: 'a' }, root: { symlink: 'real' } });
    expect((await discover(path.join(top, 'root'))).events).toEqual(['candidate a']);
  });

  test('a directory that vanishes while the walk runs is passed over', async () => {
    const root = buildTree(tempDir(), { 'a/x': null, 'b/x': null });
    const events: string[] = [];
    const rule = patterns('enter .', 'superrepo *', 'repo */*');
    const onProblem = () => events.push('problem');
    for await (const { path: dir } of discoverRepos({ root, rule, isKnown: () => false, onProblem })) {
      if (dir === 'a') removeTree(path.join(root, 'a'));
      events.push(dir);
    }
    expect(events).toEqual(['a', 'b', 'b/x']);
  });

  test('whoever swaps a directory for a symbolic link leads nowhere else', async () => {
    const top = buildTree(tempDir(), {
      'elsewhere/secret/x': null,
      'elsewhere/b/secret': null,
      'root/a/b/own': null,
      'root/a/c/own': null,
    });
    const [a, aside] = [path.join(top, 'root/a'), path.join(top, 'aside')];
    const rule = patterns('superrepo .', 'superrepo *', 'superrepo */*', 'repo */*/*');
    /** Swaps `a` when the walk tells of a directory, which it is to read next. */
    const swappedAt = async (moment: string): Promise<string[]> => {
      const seen: string[] = [];
      for await (const { path: dir } of discoverRepos({ root: path.join(top, 'root'), rule, isKnown: () => false })) {
        seen.push(dir);
        if (dir !== moment) continue;
        fs.renameSync(a, aside);
        fs.symlinkSync(path.join(top, 'elsewhere'), a);
      }
      fs.rmSync(a);
      fs.renameSync(aside, a);
      return seen;
    };
    expect(await swappedAt('a')).toEqual(['.', 'a']);
    expect(await swappedAt('a/b')).toEqual(['.', 'a', 'a/b', 'a/b/own', 'a/c', 'a/c/own']);
  });

  test('nor does somebody who does that all the time', async () => {
    const top = buildTree(tempDir(), { 'elsewhere/secret/x': null, 'elsewhere/b/secret': null, 'root/a/b/own': null });
    const script = `const fs = require('fs'); process.chdir(${JSON.stringify(top)}); fs.writeFileSync('ready', '');
      fs.symlinkSync('../elsewhere', 'link');
      for (;;) { fs.renameSync('root/a', 'aside'); fs.renameSync('link', 'root/a'); fs.renameSync('root/a', 'link'); ` +
        `fs.renameSync('aside', 'root/a'); }`;
    const swapper = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    const seen = new Set<string>();
    try {
      while (!fs.existsSync(path.join(top, 'ready'))) await setTimeout(10);
      const end = Date.now() + 2000;
      while (Date.now() < end) {
        const { events } = await discover(path.join(top, 'root'), {
          rule: patterns('enter .', 'superrepo *', 'superrepo */*', 'repo */*/*'),
        });
        for (const event of events) seen.add(event);
      }
    } finally {
      swapper.kill('SIGKILL');
    }
    expect([...seen].filter((event) => !['candidate a', 'candidate a/b', 'candidate a/b/own'].includes(event))).toEqual([]);
    expect(seen).toContain('candidate a/b/own');
  });

  test('leaves no file open, even if nobody listens to the end', async () => {
    const root = buildTree(tempDir(), { 'a/b/c': null });
    const count = (): number => fs.readdirSync('/proc/self/fd').length;
    const before = count();
    for await (const { path: dir } of discoverRepos({
      root,
      rule: patterns('superrepo .', 'superrepo *', 'superrepo */*'),
      isKnown: () => false,
    })) {
      if (dir === 'a/b') break;
    }
    await discover(root, { rule: patterns('superrepo .', 'superrepo *', 'superrepo */*') });
    expect(count()).toBe(before);
  });

  test('ends when it is cancelled', async () => {
    const root = buildTree(tempDir(), { 'a/x': null });
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(discover(root, { signal, rule: patterns('superrepo .') })).rejects.toThrow('stop');
  });

  test('who is known is asked only where it matters', async () => {
    const root = buildTree(tempDir(), { '.hidden': null, 'enter/repo': null, none: null });
    const asked: ByteString[] = [];
    const isKnown = (dir: ByteString) => {
      asked.push(dir);
      return true;
    };
    const { events } = await discover(root, { isKnown, rule: patterns('enter .', 'enter enter', 'repo enter/*') });
    expect(asked).toEqual(['enter/repo']);
    expect(events).toEqual(['ignore .hidden', 'known enter/repo', 'ignore none']);
  });
});

describe('a root that is no directory', () => {
  test.each([
    ['nope', 'NotExist', /nope does not exist/],
    ['file', 'NotDir', /file is not a directory/],
    ['file/x', 'NotDir', /x is not a directory/],
    ['locked/x', 'PermissionDenied', /permission denied/],
  ])('%s', async (name, code, message) => {
    const top = buildTree(tempDir(), { file: '', 'locked/x': null });
    fs.chmodSync(top, 0o755);
    fs.chmodSync(path.join(top, 'locked'), 0);
    const error: unknown = await asNobody(() => discover(path.join(top, name)).catch((thrown: unknown) => thrown));
    expect(error).toBeInstanceOf(DiscoveryError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect((error as DiscoveryError).remedy).toBeTruthy();
  });
});

/** The rules of PathPatterns, written down naively: recursion, and a list of all directories. */
function model(root: string, lines: readonly string[], known: ReadonlySet<string>): string[] {
  const rules = lines[0]?.split(' ')[1] === '.' ? lines : ['enter .', ...lines];
  const events: string[] = [];
  const visit = (dir: string): void => {
    const isHidden = dir !== '.' && (dir.split('/').at(-1) ?? '').startsWith('.');
    const rule = isHidden ? undefined : rules.find((line) => compilePathMatch(line.slice(line.indexOf(' ') + 1)).matches(dir));
    const action = rule?.split(' ')[0] ?? 'none';
    const isKnown = known.has(dir) && action !== 'none';
    if (action === 'none' || action === 'ignore') events.push(`${isKnown ? 'known' : 'ignore'} ${dir}`);
    if (action === 'repo' || action === 'superrepo') events.push(`${isKnown ? 'known' : 'candidate'} ${dir}`);
    if (action !== 'enter' && action !== 'superrepo') return;
    const here = dir === '.' ? root : joinPath(root, dir);
    for (const name of fs.readdirSync(fsPath(here)).sort()) visit(dir === '.' ? name : `${dir}/${name}`);
  };
  visit('.');
  return events;
}

test('random trees and patterns give what a naive model gives', async () => {
  const name = fc.constantFrom('a', 'b', 'ab', '.h', 'a-b', 'data', 'x*');
  const dirs = fc.array(fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/')), { maxLength: 12 });
  const globPart = fc.constantFrom('*', '?', 'a*', '[^a]*', 'data', '.', '\\*', '[a-b]', '[', 'x\\*');
  const glob = fc.array(globPart, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const line = fc.tuple(fc.constantFrom('enter', 'repo', 'superrepo', 'ignore'), glob).map((parts) => parts.join(' '));
  const lines = fc.array(line, { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(dirs, lines, fc.array(fc.nat(20)), async (paths, rules, picks) => {
      const root = fs.mkdtempSync(path.join(tempDir(), 'tree-'));
      for (const dir of paths) fs.mkdirSync(path.join(root, dir), { recursive: true });
      const known = new Set(picks.map((pick) => paths[pick] ?? '.'));
      const rule = patterns(...rules);
      const { events } = await discover(root, { rule, isKnown: (dir) => known.has(dir) });
      expect(events).toEqual(model(root, rules, known));
      removeTree(root);
    }),
    { numRuns: 150 },
  );
});
