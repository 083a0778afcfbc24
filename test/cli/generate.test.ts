import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fso, tempDir } from '../harness/index.js';

const GIT_COMPLETION = '/usr/share/bash-completion/completions/git';

const has = (program: string, ...args: string[]): boolean => spawnSync(program, args, { stdio: 'ignore' }).error === undefined;

const top = tempDir();

function generate(...args: string[]): string {
  const { status, stdout, stderr } = fso(['generate', ...args], { cwd: top });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

/** Runs a script for a shell; returns what it writes, which must not include errors. */
function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: top, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

describe('completions', () => {
  beforeAll(() => {
    mkdirSync(path.join(top, 'dir/sub'), { recursive: true });
    writeFileSync(path.join(top, 'dir/file.yml'), '');
    for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(path.join(top, `completion.${shell}`), generate('completions', shell));
  });

  it('are for shells that are known', () => {
    expect(fso(['generate', 'completions', 'tcsh'], { cwd: top })).toMatchObject({ status: 2, stderr: expect.stringContaining('Allowed choices are bash, zsh, fish') });
  });

  describe.skipIf(!has('bash', '--version'))('for bash (needs bash)', () => {
    const complete = (...words: string[]): string[] => {
      const script = 'source ./completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _git_fso; ((${#COMPREPLY[@]} == 0)) || printf "%s\\n" "${COMPREPLY[@]}"';
      return run('bash', ['-euc', script, 'bash', ...words]).split('\n').filter((line) => line !== '').sort();
    };

    it('has no mistakes of syntax, and is in use', () => {
      expect(run('bash', ['-n', 'completion.bash'])).toBe('');
      expect(run('bash', ['-c', 'source ./completion.bash; complete -p git-fso'])).toBe('complete -F _git_fso git-fso\n');
    });

    it.each([
      [['git-fso', 're'], ['reinit', 'rescan']],
      [['git-fso', '--wait', '3s', 'stat', '--mt'], ['--mtime-range', '--mtime-range-only']],
      [['git-fso', 'rescan', '--d'], ['--dry-run', '--due']],
      [['git-fso', 'rescan', '--config', 'dir/'], ['dir/file.yml', 'dir/sub']],
      [['git-fso', 'init', '--shadow', 'dir/'], ['dir/sub']],
      [['git-fso', 'meta', 'g'], ['get']],
      [['git-fso', '-C', 'dir', 'meta', 'set', '--expect-'], ['--expect-git-nog-commit']],
      [['git-fso', 'generate', 'completions', ''], ['bash', 'fish', 'zsh']],
      [['git', '-C', '/x', 'fso', 'resc'], ['rescan']],
      [['git-fso', 'rescan', '--jobs', ''], []],
    ])('completes %j', (words, expected) => {
      expect(complete(...words)).toEqual(expected);
    });

    it.skipIf(!existsSync(GIT_COMPLETION))('completes `git fso` (needs the completion of Git)', () => {
      const script = `source ${GIT_COMPLETION}; source ./completion.bash; COMP_WORDS=(git fso resc); COMP_CWORD=2; COMP_LINE='git fso resc'; COMP_POINT=12; __git_wrap__git_main; echo "\${COMPREPLY[@]}"`;
      expect(run('bash', ['-c', script]).trim()).toBe('rescan');
    });
  });

  it.skipIf(!has('zsh', '--version'))('for zsh have no mistakes of syntax (needs zsh)', () => {
    expect(run('zsh', ['-n', 'completion.zsh'])).toBe('');
  });

  it.skipIf(!has('fish', '--version'))('for fish complete (needs fish)', () => {
    const complete = (line: string): string[] => {
      const out = run('fish', ['--no-config', '-c', 'source ./completion.fish; complete -C $argv[1]', line]);
      return out.split('\n').map((each) => each.replace(/\t.*/, '')).filter((each) => each !== '').sort();
    };
    expect(complete('git-fso re')).toEqual(['reinit', 'rescan']);
    expect(complete('git-fso --wait 3s rescan --d')).toEqual(['--dry-run', '--due']);
    expect(complete('git-fso meta g')).toEqual(['get']);
    expect(complete('git-fso generate completions ')).toEqual(['bash', 'fish', 'zsh']);
    expect(complete('git-fso init --shadow dir/')).toEqual(['dir/sub/']);
  });
});

describe('the man page', () => {
  it('tells every command, and every option', () => {
    const page = generate('man').replaceAll('\\-', '-');
    const help = fso(['rescan', '--help'], { cwd: top }).stdout;
    for (const [option] of help.matchAll(/--[a-z-]+/g)) expect(page).toContain(option);
    for (const command of ['git-fso rescan', 'git-fso meta set', 'git-fso generate man', 'git-fso daemon']) expect(page).toContain(`.SS ${command}`);
    expect(page).toMatch(/\.TH GIT-FSO 1 "" "git-fso \d+\.\d+\.\d+"/);
  });

  it.skipIf(!has('man', '--version'))('can be shown (needs man)', () => {
    writeFileSync(path.join(top, 'git-fso.1'), generate('man'));
    const { status, stdout, stderr } = spawnSync('man', ['-l', '--warnings', 'git-fso.1'], { cwd: top, encoding: 'utf8', env: { ...process.env, MANWIDTH: '100', LC_ALL: 'C' } });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('git-fso rescan [options]');
    expect(stdout).toMatch(/NAME\n +git-fso +- +keeps/);
  });
});

describe('units for systemd', () => {
  beforeAll(() => void mkdirSync(path.join(top, 'sha dow')));

  const NAMES = ['git-fso.service', 'git-fso.timer', 'git-fso-daemon.service'];

  function unit(name: string, root: string, rest = ''): string {
    const config = path.join(top, 'git fso%.yml');
    writeFileSync(config, `shadow: ${top}/sha dow\n${rest}roots:\n  - { path: ${top}, patterns: [ignore *], ${root} }\n`);
    return generate('systemd', name, '--config', config);
  }

  it('run what is due, with what the configuration needs', () => {
    const service = unit('git-fso.service', 'facets: [stat]', `metrics: { textfile: ${top}/metrics/x.prom }\n`);
    expect(service).toMatch(/^ExecStart=\/\S+ \S+\/git-fso rescan --due --config "\S+git fso%%\.yml"$/m);
    expect(service).toMatch(/^ReadWritePaths="\S+sha dow" \S+\/metrics$/m);
    for (const line of ['Type=oneshot', 'ProtectSystem=strict', 'NoNewPrivileges=yes', 'PrivateNetwork=yes', 'KillMode=mixed', 'Nice=10', 'IOSchedulingClass=idle']) {
      expect(service.split('\n')).toContain(line);
    }
    expect(service).not.toMatch(/MemoryDenyWriteExecute|ProtectProc/);
    // A private /tmp would hide roots and the shadow root that are there.
    expect(service.includes('PrivateTmp')).toBe(!/^(?:\/var)?\/tmp\//.test(top));
    expect(unit('git-fso.service', 'onChange: [{ command: [mail] }]')).not.toContain('PrivateNetwork');
  });

  it('come with a hint if a service could not start yet', () => {
    const config = path.join(top, 'no-shadow.yml');
    writeFileSync(config, `shadow: ${top}/none\nroots:\n  - { path: ${top}, patterns: [ignore *] }\n`);
    const { status, stderr } = fso(['generate', 'systemd', 'git-fso.service', '--config', config], { cwd: top });
    expect(stderr).toBe(`note: ${top}/none does not exist yet: run git-fso rescan once before the service starts\n`);
    expect(status).toBe(0);
  });

  it.each([['stat: every 1h', '*:0/10'], ['stat: every 7m', '*:0/6'], ['stat: every 1m', '*:0/1'], ['stat: "Sun 03:00"', '*:0/10']])(
    'look often enough for a schedule: %s', (schedule, calendar) => {
      expect(unit('git-fso.timer', `schedule: { ${schedule} }`)).toContain(`\nOnCalendar=${calendar}\n`);
    });

  it('all come at once, with their names, if none is named', () => {
    const text = unit('git-fso.timer', 'facets: [stat]') && generate('systemd', '--config', path.join(top, 'git fso%.yml'));
    for (const name of NAMES) expect(text).toContain(`# /etc/systemd/system/${name}\n[Unit]\n`);
  });

  it.skipIf(!has('systemd-analyze', '--version'))('are understood (needs systemd-analyze)', () => {
    const directory = tempDir();
    for (const name of NAMES) writeFileSync(path.join(directory, name), unit(name, 'schedule: { stat: every 1h }'));
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...NAMES.map((name) => path.join(directory, name))], { encoding: 'utf8' });
    // In a container units can be masked; that says nothing about their text.
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !line.endsWith(' is masked.'))).toEqual([]);
  });
});
