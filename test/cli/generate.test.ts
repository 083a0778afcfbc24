import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
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

/**
 * Runs a script for a shell; returns what it writes, which must not include errors. Needs --norc for bash, which takes
 * a socket as its input for a remote login, and reads its startup files then.
 */
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
    expect(fso(['generate', 'completions', 'tcsh'], { cwd: top })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Allowed choices are bash, zsh, fish'),
    });
  });

  describe.skipIf(!has('bash', '--version'))('for bash (needs bash)', () => {
    const complete = (...words: string[]): string[] => {
      const script =
        'source ./completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _git_fso; ((${#COMPREPLY[@]} == 0)) || printf "%s\\n" ' +
          '"${COMPREPLY[@]}"';
      return run('bash', ['--norc', '-euc', script, 'bash', ...words]).split('\n').filter((line) => line !== '').sort();
    };

    it('has no mistakes of syntax, and is in use', () => {
      expect(run('bash', ['--norc', '-n', 'completion.bash'])).toBe('');
      expect(run('bash', ['--norc', '-c', 'source ./completion.bash; complete -p git-fso'])).toBe('complete -F _git_fso git-fso\n');
    });

    it.each([
      [['git-fso', 're'], ['reinit', 'report', 'rescan']],
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

    it('completes names as their bytes, and not as patterns', () => {
      mkdirSync(`${top}/odd`);
      for (const name of ['\xe9', '*', 'a b']) writeFileSync(Buffer.from(`${top}/odd/${name}`, 'latin1'), '');
      const script =
        'source ./completion.bash; COMP_WORDS=(git-fso rescan --config odd/); COMP_CWORD=3; _git_fso; printf "%s\\n" ' +
          '"${COMPREPLY[@]}" | LC_ALL=C sort | od -An -tx1 -v';
      expect(Buffer.from(run('bash', ['--norc', '-euc', script]).replace(/\s/g, ''), 'hex').toString('latin1')).toBe(
        'odd/*\nodd/a b\nodd/\xe9\n',
      );
    });

    it.skipIf(!existsSync(GIT_COMPLETION))('completes `git fso` (needs the completion of Git)', () => {
      const script = `source ${GIT_COMPLETION}; source ./completion.bash; COMP_WORDS=(git fso resc); COMP_CWORD=2; COMP_LINE='git ` +
        `fso resc'; COMP_POINT=12; __git_wrap__git_main; echo "\${COMPREPLY[@]}"`;
      expect(run('bash', ['--norc', '-c', script]).trim()).toBe('rescan');
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
    expect(complete('git-fso re')).toEqual(['reinit', 'report', 'rescan']);
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
    for (const command of ['git-fso rescan', 'git-fso meta set', 'git-fso generate man', 'git-fso daemon'])
      expect(page).toContain(`.SS ${command}`);
    expect(page).toMatch(/\.TH GIT-FSO 1 "" "git-fso \d+\.\d+\.\d+"/);
  });

  it.skipIf(!has('man', '--version'))('can be shown (needs man)', () => {
    writeFileSync(path.join(top, 'git-fso.1'), generate('man'));
    const { status, stdout, stderr } = spawnSync('man', ['-l', '--warnings', 'git-fso.1'], {
      cwd: top,
      encoding: 'utf8',
      env: { ...process.env, MANWIDTH: '100', LC_ALL: 'C' },
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('git-fso rescan [options]');
    expect(stdout).toMatch(/NAME\n +git-fso +- +keeps/);
  });
});

describe('units for systemd', () => {
  beforeAll(() => void mkdirSync(path.join(top, 'sha dow')));

  const NAMES = ['git-fso.service', 'git-fso.timer', 'git-fso-daemon.service'] as const;
  const lines = (text: string): string[] => text.split('\n');

  function unit(name: string, root: string, rest = ''): string {
    const config = path.join(top, 'git fso%.yml');
    writeFileSync(config, `shadow: ${top}/sha dow\n${rest}roots:\n  - { path: ${top}, patterns: [ignore *], ${root} }\n`);
    return generate('systemd', name, '--config', config, '--user', os.userInfo().username);
  }

  it('run what is due, with what the configuration needs', () => {
    const service = unit('git-fso.service', 'facets: [stat]', `metrics: { textfile: ${top}/metrics/x.prom }\n`);
    expect(service).toMatch(/^ExecStart=\/\S+ \S+\/git-fso rescan --due --config "\S+git fso%%\.yml"$/m);
    expect(service).toMatch(/^ReadWritePaths="\S+sha dow" \S+\/metrics$/m);
    for (const line of [
      'Type=oneshot',
      'ProtectSystem=strict',
      'NoNewPrivileges=yes',
      'PrivateNetwork=yes',
      'KillMode=mixed',
      'Nice=10',
      'IOSchedulingClass=idle',
    ]) {
      expect(service.split('\n')).toContain(line);
    }
    expect(service).not.toMatch(/^(MemoryDenyWriteExecute|ProtectProc|PrivateUsers)/m);
    // A private /tmp would hide roots and the shadow root that are there.
    expect(service.includes('PrivateTmp')).toBe(!/^(?:\/var)?\/tmp\//.test(top));
    expect(unit('git-fso.service', 'onChange: [{ command: [mail] }]')).not.toContain('PrivateNetwork');
  });

  it('come with a hint if a service could not start yet', () => {
    const config = path.join(top, 'no-shadow.yml');
    writeFileSync(config, `shadow: ${top}/none\nroots:\n  - { path: ${top}, patterns: [ignore *] }\n`);
    const { status, stderr } = fso(['generate', 'systemd', 'git-fso.service', '--config', config], { cwd: top });
    expect(stderr).toContain(`note: ${top}/none does not exist yet: install -d -m 0700 -o git-fso -g git-fso ${top}/none\n`);
    expect(status).toBe(0);
    writeFileSync(config, `shadow: ${top}/sha dow\nroots:\n  - { path: ${top}, patterns: [ignore *] }\n`);
    const other = fso(['generate', 'systemd', 'git-fso.service', '--config', config], { cwd: top }).stderr;
    expect(other).toContain(`then chown -R git-fso:git-fso '${top}/sha dow'\n`);
  });

  it('run as a user of their own, who may read everything and nothing else', () => {
    const config = path.join(top, 'user.yml');
    writeFileSync(config, `shadow: ${top}/sha dow\nroots:\n  - { path: /home/x, patterns: [ignore *] }\n`);
    const made = (name: string, ...args: string[]): string =>
      fso(['generate', 'systemd', name, '--config', config, ...args], { cwd: top }).stdout;
    for (const name of ['git-fso.service', 'git-fso-daemon.service']) {
      expect(lines(made(name))).toEqual(
        expect.arrayContaining([
          'User=git-fso',
          'Group=git-fso',
          'AmbientCapabilities=CAP_DAC_READ_SEARCH',
          'CapabilityBoundingSet=CAP_DAC_READ_SEARCH',
          'NoNewPrivileges=yes',
          'ProtectHome=read-only',
          'RestrictSUIDSGID=yes',
          'SystemCallFilter=@system-service',
          'UMask=0077',
        ]),
      );
    }
    expect(lines(made('git-fso.service', '--user', 'fso2'))).toContain('User=fso2');
    expect(made('git-fso.service', '--user', 'root')).not.toMatch(/^(User|AmbientCapabilities)=/m);
    expect(made('git-fso.sysusers')).toMatch(/^u git-fso - ".+" \/nonexistent \/usr\/sbin\/nologin\n$/);
    expect(fso(['generate', 'systemd', '--config', config, '--user', 'a\nExecStart=/x'], { cwd: top }).status).toBe(2);
  });

  it.each(['sha\ndow', 'sha\rdow', 'sha\u2028dow', 'sha\x1bdow'])('refuse a path that would be lines of its own: %j', (name) => {
    const config = path.join(top, 'lines.yml');
    writeFileSync(config, `shadow: ${JSON.stringify(`${top}/${name}`)}\nroots:\n  - { path: ${top}, patterns: [ignore *] }\n`);
    const { status, stdout, stderr } = fso(['generate', 'systemd', '--config', config], { cwd: top });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('units cannot have control characters');
  });

  it.skipIf(!has('systemd-analyze', '--version'))('are closed as far as they can be (needs systemd-analyze)', ({ skip }) => {
    const directory = tempDir();
    const config = path.join(top, 'closed.yml');
    writeFileSync(config, `shadow: ${JSON.stringify(`${top}/sha dow`)}\nroots:\n  - { path: /srv, patterns: [ignore *] }\n`);
    const file = path.join(directory, 'git-fso.service');
    writeFileSync(file, fso(['generate', 'systemd', 'git-fso.service', '--config', config], { cwd: top }).stdout);
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', file], {
      encoding: 'utf8',
    });
    skip(/unrecognized option/.test(stderr), 'needs a systemd-analyze that judges files');
    expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: '' });
  });

  it.each([['stat: every 1h', '*:0/10'], ['stat: every 7m', '*:0/6'], ['stat: every 1m', '*:0/1'], ['stat: "Sun 03:00"', '*:0/10']])(
    'look often enough for a schedule: %s', (schedule, calendar) => {
      expect(unit('git-fso.timer', `schedule: { ${schedule} }`)).toContain(`\nOnCalendar=${calendar}\n`);
    });

  it('all come at once, with their names, if none is named', () => {
    const text =
      unit('git-fso.timer', 'facets: [stat]') &&
      generate('systemd', '--config', path.join(top, 'git fso%.yml'), '--user', os.userInfo().username);
    for (const name of NAMES) expect(text).toContain(`# /etc/systemd/system/${name}\n[Unit]\n`);
    expect(text).toContain('# /etc/sysusers.d/git-fso.conf\nu ');
  });

  it.skipIf(!has('systemd-analyze', '--version'))('are understood (needs systemd-analyze)', () => {
    const directory = tempDir();
    for (const name of NAMES) writeFileSync(path.join(directory, name), unit(name, 'schedule: { stat: every 1h }'));
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...NAMES.map((name) => path.join(directory, name))], {
      encoding: 'utf8',
    });
    // In a container units can be masked; that says nothing about their text.
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !line.endsWith(' is masked.'))).toEqual([]);
  });
});
