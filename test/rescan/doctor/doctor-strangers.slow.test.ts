import { appendFileSync, chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FsoResult } from '../../harness/index.js';
import { fso } from '../../harness/index.js';
import type { TestSite } from '../site.js';
import { makeSite } from '../site.js';

const isRoot = process.geteuid?.() === 0;
const NOBODY = 65_534;

function recorded(settings = '    facets: [stat]\n'): TestSite {
  const site = makeSite({ 'a/x': '1', 'b/x': '1' }, settings);
  expect(site.rescan().status).toBe(0);
  return site;
}

function doctor(site: TestSite, env: NodeJS.ProcessEnv = {}): FsoResult {
  const result = fso(['doctor', '--config', site.config], { cwd: site.top, env });
  return { ...result, stdout: result.stdout.replaceAll(site.top, 'TOP') };
}

/** Expects an error or a warning with a way out, and nothing else. */
function expectFinding(site: TestSite, finding: RegExp, wayOut: RegExp, env: NodeJS.ProcessEnv = {}): void {
  const { status, stdout, stderr } = doctor(site, env);
  expect(stderr).toBe('');
  expect(status, stdout).toBe(1);
  expect(stdout).toMatch(finding);
  const [, remedy = ''] = stdout.slice(stdout.search(finding)).split('\n');
  expect(remedy).toMatch(wayOut);
  expect(stdout).toMatch(/\n1 finding\n$/);
}

/** Has a program outside of the site's roots be told about changes. */
function withHook(site: TestSite, directoryMode: number, mode: number, words = (file: string): string => `[${file}]`): void {
  const directory = path.join(site.top, 'bin');
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'hook'), '#!/bin/sh\n');
  chmodSync(path.join(directory, 'hook'), mode);
  chmodSync(directory, directoryMode);
  appendFileSync(site.config, `    onChange: [{ command: ${words(path.join(directory, 'hook'))} }]\n`);
}

describe('git-fso doctor finds where others decide what git-fso does', () => {
  it('hooks that others may write, or replace', () => {
    const file = recorded();
    withHook(file, 0o755, 0o777);
    expectFinding(
      file,
      /^error: TOP\/bin\/hook: onChange TOP\/bin\/hook: can be written by others/m,
      /^ {2}run chmod .*o-w TOP\/bin\/hook$/,
    );
    const directory = recorded();
    withHook(directory, 0o777, 0o755);
    expectFinding(
      directory,
      /^error: TOP\/bin\/hook: .*TOP\/bin, on the way there, can be written by others/m,
      /^ {2}run chmod .*o-w TOP\/bin$/,
    );
    const script = recorded();
    withHook(script, 0o755, 0o777, (hook) => `[/bin/sh, ${hook}]`);
    expectFinding(script, /^error: TOP\/bin\/hook: /m, /chmod/);
    const safe = recorded();
    withHook(safe, 0o755, 0o755);
    expect(doctor(safe).stdout).toMatch(/nothing found\n$/);
  });

  it('a configuration that others may write, or own', () => {
    const open = recorded();
    chmodSync(open.config, 0o666);
    expectFinding(
      open,
      /^error: TOP\/git-fso\.yml: the configuration: can be written by others/m,
      /^ {2}run chmod .*o-w TOP\/git-fso\.yml$/,
    );
    if (!isRoot) return;
    chmodSync(open.config, 0o644);
    chownSync(open.config, NOBODY, NOBODY);
    expectFinding(open, /^error: TOP\/git-fso\.yml: the configuration: belongs to \S+ \(user 65534\)/m, /^ {2}run chown root/);
  });

  it('a configuration of a shadow repo that others may write, or own', () => {
    const site = recorded();
    const config = path.join(site.repos().get('a') ?? '', '.git/config');
    chmodSync(config, 0o666);
    expectFinding(site, /^error: .*can be written by others than its owner.*\.fso\/\.git\/config$/m, /^ {2}run chmod -R go-rw /);
    if (!isRoot) return;
    chmodSync(config, 0o600);
    chownSync(config, NOBODY, NOBODY);
    expectFinding(
      site,
      /^error: TOP\/project\/a: TOP\/shadow\S+\.fso\/\.git\/config: belongs to \S+ \(user 65534\), who is not trusted/m,
      /^ {2}work on it as that user/,
    );
  });

  it('a shadow root that others may write, or that is in a directory like that', () => {
    const site = recorded();
    chmodSync(site.shadow, 0o777);
    expectFinding(site, /^error: TOP\/shadow: can be written by others/m, /^ {2}run chmod (-R )?go-rwx TOP\/shadow$/);
    chmodSync(site.shadow, 0o700);
    chmodSync(site.top, 0o777);
    const { stdout } = doctor(site);
    expect(stdout).toMatch(/^error: TOP: the directory of the shadow root: can be written by others/m);
    expect(stdout).toMatch(/^warning: TOP\/project: others may put something else in its place: TOP can be written by others/m);
    chmodSync(site.top, 0o1777);
    expect(doctor(site).stdout).toMatch(/nothing found\n$/);
  });

  it('links in the shadow tree', () => {
    const site = recorded();
    symlinkSync('/', path.join(site.shadow, site.project, 'c'));
    expectFinding(
      site,
      /^error: TOP\/shadow\S*\/c: is a link, or another thing that git-fso does not make/m,
      /^ {2}find out who made it; run rm /,
    );
  });

  it('a mirror that is more open than the realdir', () => {
    const site = makeSite({ 'a/x': '1' }, '    facets: [stat]\n');
    chmodSync(path.join(site.project, 'a'), 0o700);
    appendFileSync(site.config, 'shadowMode: mirror\n');
    expect(site.rescan().status).toBe(0);
    chmodSync(path.join(site.shadow, site.project, 'a'), 0o755);
    expectFinding(site, /^warning: TOP\/shadow\S*\/a: more open than shadowMode allows/m, /^ {2}run chmod go-rx /);
  });

  it.each(['.', 'bin', ''])('the entry %j of PATH', (entry) => {
    expectFinding(recorded(), /^warning: PATH: has (an empty|the relative) entry/m, /^ {2}have only absolute paths/, {
      PATH: `${process.env['PATH']}:${entry}`,
    });
  });

  it('a directory of metrics that others may write, sticky or not', () => {
    for (const mode of [0o777, 0o1777]) {
      const site = recorded();
      const directory = path.join(site.top, 'metrics');
      mkdirSync(directory);
      chmodSync(directory, mode);
      appendFileSync(site.config, `metrics: { textfile: ${directory}/git-fso.prom }\n`);
      expectFinding(
        site,
        /^error: TOP\/metrics: the directory of metrics: can be written by others/m,
        /^ {2}run chmod .*o-w TOP\/metrics$/,
      );
    }
  });

  it('realdirs that anybody may replace', () => {
    const site = recorded();
    chmodSync(site.project, 0o777);
    const { stdout } = doctor(site);
    expect(stdout).toMatch(/^warning: 2 places: can be moved away, or replaced, by anybody/m);
    expect(stdout).toContain('TOP/project/a, TOP/project/b');
    chmodSync(site.project, 0o1777);
    expect(doctor(site).stdout).toMatch(/nothing found\n$/);
  });

  it.skipIf(!isRoot)('rights of root that are not needed (needs root)', () => {
    const { status, stdout } = doctor(recorded());
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^note: git-fso: runs as root, which it does not need: .*CAP_DAC_READ_SEARCH.*\n {2}see "A user of its own" in docs\/operation.md/m,
    );
  });
});
