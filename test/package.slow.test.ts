import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { beforeAll, describe, expect, test } from 'vitest';
import type { InstalledPackage, ProcessResult } from './harness/index.js';
import { INSTALL_TIMEOUT_MS, installPackage, runProcess, tempDir } from './harness/index.js';

const top = tempDir();
let installed: InstalledPackage | null = null;

/** The installed package; skips the test if there is none. */
function here(skip: TestContext['skip']): InstalledPackage {
  if (installed === null) return skip('needs the registry of npm');
  return installed;
}

/** Some containers have programs that only say that they were left out: these do not tell a version. */
const has = (program: string, ...args: string[]): boolean =>
  /\d+\.\d+|^systemd \d+/.test(spawnSync(program, args, { encoding: 'utf8' }).stdout ?? '');

/** Runs a program of the package, or one that meets it; it must succeed without a message. */
async function said({ env }: InstalledPackage, command: string, args: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<string> {
  const { status, stdout, stderr }: ProcessResult = await runProcess(command, args, { cwd: top, env: { ...env, ...extra } });
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
  return stdout.toString();
}

/** What somebody sees who types this into a shell on a terminal. */
async function typed({ env }: InstalledPackage, shell: string, keys: string): Promise<string> {
  const { stdout } = await runProcess('script', ['-qec', shell, '/dev/null'], {
    cwd: top,
    env: { ...env, TERM: 'dumb' },
    input: keys,
    timeout: 30_000,
  });
  return stdout.toString();
}

describe('the package', () => {
  beforeAll(async () => {
    installed = await installPackage(top);
    for (const directory of ['project/data/foo', 'shadow']) mkdirSync(path.join(top, directory), { recursive: true });
    writeFileSync(
      path.join(top, 'git-fso.yml'),
      `shadow: ${top}/shadow\nroots:\n  - { path: ${top}/project, schedule: { stat: every 1h } }\n`,
    );
  }, 2 * INSTALL_TIMEOUT_MS);

  test('contains what it needs, and nothing else', ({ skip }) => {
    const { files } = here(skip);
    expect(files).toEqual(
      expect.arrayContaining([
        'bin/git-fso',
        'dist/cli/bundle.cjs',
        'dist/index.d.ts',
        'dist/git-fso.schema.json',
        'dist/man/git-fso.1',
        'LICENSE',
        'CHANGELOG.md',
        'README.md',
      ]),
    );
    expect(files.filter((name) => /^(src|test|fixtures|node_modules)\//.test(name))).toEqual([]);
  });

  test('installs into an empty prefix and runs as `git fso`', async ({ skip }) => {
    const it = here(skip);
    expect(await said(it, 'git', ['fso', '--version'])).toBe(`git-fso ${it.version}\n`);
    expect(await said(it, 'git-fso', ['--help'])).toContain('rescan');
  });

  test('can be imported', async ({ skip }) => {
    const it = here(skip);
    const library = path.join(it.prefix, 'lib/node_modules/git-fso/dist/index.js');
    await said(it, process.execPath, ['-e', `import(${JSON.stringify(library)})`]);
  });

  test('has a man page that man shows, with which `git fso --help` works', async ({ skip }) => {
    const it = here(skip);
    skip(!has('man', '--version'), 'needs man');
    const surroundings = { MANWIDTH: '100', MANPAGER: 'cat', PAGER: 'cat' };
    const page = await said(it, 'man', ['-l', '--warnings', path.join(it.prefix, 'share/man/man1/git-fso.1')], surroundings);
    expect(page).toMatch(/NAME\n +git-fso +- +keeps/);
    expect(await said(it, 'git', ['fso', '--help'], surroundings)).toBe(page);
  });

  test('makes units that systemd understands, and that run it', async ({ skip }) => {
    const it = here(skip);
    const names = ['git-fso.service', 'git-fso.timer', 'git-fso-daemon.service'];
    const units = new Map<string, string>();
    for (const name of names) {
      const file = path.join(top, name);
      units.set(
        name,
        await said(it, 'git-fso', ['generate', 'systemd', name, '--user', 'root', '--config', path.join(top, 'git-fso.yml')]),
      );
      writeFileSync(file, units.get(name) ?? '');
    }
    const command = /^ExecStart=(.*)$/m.exec(units.get('git-fso.service') ?? '')?.[1] ?? '';
    expect(command).toContain(`${it.prefix}/lib/node_modules/git-fso/bin/git-fso rescan --due`);
    expect(await said(it, 'sh', ['-c', command])).toContain('1 repo, 1 created');
    skip(!has('systemd-analyze', '--version'), 'needs systemd-analyze');
    const { stdout, stderr } = await runProcess('systemd-analyze', ['verify', '--man=no', ...names.map((name) => path.join(top, name))]);
    // In a container units can be masked; that says nothing about their text.
    expect(`${stdout.toString()}${stderr.toString()}`.split('\n').filter((line) => line !== '' && !line.endsWith(' is masked.'))).toEqual(
      [],
    );
  });

  test('makes a completion that bash uses when somebody presses the tab key', async ({ skip }) => {
    const it = here(skip);
    skip(!has('bash', '--version'), 'needs bash');
    const file = path.join(top, 'completion.bash');
    writeFileSync(file, await said(it, 'git-fso', ['generate', 'completions', 'bash']));
    expect(await said(it, 'bash', ['-n', file])).toBe('');
    skip(!has('script', '--version'), 'needs script');
    const seen = await typed(it, 'bash --norc --noprofile -i', `. ${file}\nPS1=; git-fso resc\t --dry\t --config git-fso.y\t\nexit\n`);
    expect(seen).toContain('1 repo, 0 to create');
  });

  test('makes a completion that zsh uses when somebody presses the tab key', async ({ skip }) => {
    const it = here(skip);
    skip(!has('zsh', '--version') || !has('script', '--version'), 'needs zsh and script');
    writeFileSync(path.join(top, '_git-fso'), await said(it, 'git-fso', ['generate', 'completions', 'zsh']));
    const seen = await typed(
      it,
      'zsh -f -i',
      `fpath=(${top} $fpath); autoload -U compinit; compinit -u -D\ngit-fso resc\t--dry\t--config git-fso.y\t\nexit\n`,
    );
    expect(seen).toContain('1 repo, 0 to create');
  });

  test('makes a completion that fish uses', async ({ skip }) => {
    const it = here(skip);
    skip(!has('fish', '--version'), 'needs fish');
    writeFileSync(path.join(top, 'completion.fish'), await said(it, 'git-fso', ['generate', 'completions', 'fish']));
    const home = { HOME: top, XDG_CONFIG_HOME: top, XDG_DATA_HOME: top };
    const candidates = await said(it, 'fish', ['--no-config', '-c', 'source ./completion.fish; complete -C "git-fso resc"'], home);
    expect(candidates).toMatch(/^rescan\t/);
  });
});
