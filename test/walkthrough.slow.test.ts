import { appendFileSync, chmodSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { buildTree, cleanEnvironment, INSTALL_TIMEOUT_MS, isUnreachable, packPackage, runProcess, tempDir } from './harness/index.js';

const README = readFileSync(path.resolve(import.meta.dirname, '../README.md'), 'utf8');
const TITLE = '## From installation to a nightly rescan';
/** No user has this number; he stands for the user that README makes. */
const OBSERVER = 64_323;
const TWO_DAYS_S = 2 * 86_400;

/** The blocks of the walk-through, in their order. */
function blocksOf(title: string): { readonly language: string; readonly text: string }[] {
  const [, section = ''] = README.split(`${title}\n`);
  const [text = ''] = section.split(/^## /m);
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({ language: match[1] ?? '', text: match[2] ?? '' }));
}

/** Has all repos last been recorded so long ago that they are due. */
function age(shadow: string): void {
  for (const name of readdirSync(shadow, { recursive: true, encoding: 'utf8' }).filter((file) => /\.git\/fso\/success-\w+$/.test(file))) {
    const past = Date.now() / 1000 - TWO_DAYS_S;
    utimesSync(path.join(shadow, name), past, past);
  }
}

/**
 * README as somebody follows it who has never seen git-fso. Paths are below a temporary directory, the package is
 * the one of this checkout, `useradd` and `systemctl` only note what they are told, and this test is what systemd would be. As root, it
 * works as a user of its own; otherwise as whoever runs it.
 */
test('README leads from the installation to a nightly rescan', { timeout: 3 * INSTALL_TIMEOUT_MS }, async ({ skip }) => {
  const top = tempDir();
  // Plain Git, and what else asks access(2), needs a way that is open without capabilities.
  chmodSync(top, 0o711);
  const packed = await packPackage(top);
  const prefix = path.join(top, 'usr');
  const project = buildTree(path.join(top, 'project'), {
    'README.md': '# Project\n',
    'data/foo/a.tif': 'a\n',
    'data/bar/b.tif': 'b\n',
    'scratch/tmp': 'x\n',
  });
  for (const directory of ['etc/systemd/system', 'etc/bash_completion.d', 'fake', 'usr'])
    mkdirSync(path.join(top, directory), { recursive: true });
  const isRoot = process.geteuid?.() === 0;
  const fake = (name: string, script: string): void =>
    writeFileSync(path.join(top, 'fake', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  fake('systemctl', `echo "$@" >>${top}/systemctl.log`);
  fake('useradd', `echo "$@" >>${top}/useradd.log`);
  fake('install', isRoot ? `exec /usr/bin/install -d -m 0700 -o ${OBSERVER} -g ${OBSERVER} "$8"` : 'exec mkdir -m 0700 "$8"');
  const asObserver = `setpriv --reuid=${OBSERVER} --regid=${OBSERVER} --clear-groups --inh-caps=+dac_read_search ` +
    `--ambient-caps=+dac_read_search --`;
  fake('setpriv', `while [ "$1" != -- ]; do shift; done; shift; exec ${isRoot ? `/usr/bin/${asObserver}` : ''} "$@"`);
  const env = cleanEnvironment({
    PATH: [path.join(prefix, 'bin'), path.join(top, 'fake'), process.env['PATH']].join(':'),
    HOME: process.env['HOME'],
    GIT_FSO_CONFIG: path.join(top, 'etc/git-fso.yml'),
    npm_config_prefix: prefix,
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_loglevel: 'error',
  });
  const replaced = (text: string): string =>
    text
      .replace('npm install -g git-fso', `npm install -g ${packed.file}`)
      .replaceAll('/shadow/project', `${top}/shadow${project}`)
      .replace(/(?<![\w.])\/(shadow|project|etc)\b/g, `${top}/$1`);
  const run = async (script: string): Promise<string> => {
    const { status, stdout, stderr } = await runProcess('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: top,
      env,
      timeout: INSTALL_TIMEOUT_MS,
    });
    skip(status !== 0 && script.includes('npm install') && isUnreachable(stderr.toString()), 'needs the registry of npm');
    // The user that README makes is not here.
    const said = script.includes('generate systemd') ? stderr.toString().replace(/^note: .*\n/gm, '') : stderr.toString();
    expect({ status, stderr: said }, script).toEqual({ status: 0, stderr: '' });
    return stdout.toString();
  };

  const outputs: string[] = [];
  let functions = '';
  for (const { language, text } of blocksOf(TITLE)) {
    if (language === 'yaml') writeFileSync(path.join(top, 'etc/git-fso.yml'), replaced(text));
    else outputs.push(await run(functions + replaced(text)));
    functions ||= /^as_observer\(\) \{\n.*\n\}\n/m.exec(text)?.[0] ?? '';
    if (!text.includes('systemctl enable')) continue;
    // The night comes.
    appendFileSync(path.join(project, 'data/foo/a.tif'), 'changed\n');
    age(path.join(top, 'shadow'));
    const service = readFileSync(path.join(top, 'etc/systemd/system/git-fso.service'), 'utf8');
    expect(service).toContain('\nAmbientCapabilities=CAP_DAC_READ_SEARCH\n');
    expect(await run(`${functions}as_observer ${/^ExecStart=(.*)$/m.exec(service)?.[1] ?? 'false'}`)).toMatch(
      /3 repos, 0 created, [12] changed;/,
    );
  }

  expect(readFileSync(path.join(top, 'systemctl.log'), 'utf8')).toBe('daemon-reload\nenable --now git-fso.timer\n');
  expect(readFileSync(path.join(top, 'useradd.log'), 'utf8')).toMatch(/--system .* git-fso\n$/);
  expect(readFileSync(path.join(top, 'etc/bash_completion.d/git-fso'), 'utf8')).toContain('complete -F _git_fso git-fso');
  const [installed, checked, recorded, , morning, completion, ...others] = outputs;
  expect(others).toEqual([]);
  expect(installed).toContain(`git-fso ${packed.version}\n`);
  expect(checked).toContain('3 repos, 3 to create');
  expect(recorded).toContain('3 repos, 3 created, 3 changed');
  expect(recorded).toContain(`${project}/data/foo`);
  expect(recorded).toMatch(/\nnothing found\n$/);
  expect(morning).toContain('no problems\n');
  expect(morning).toContain(' a.tif ');
  expect(morning).toContain(`ignored        ${project}/scratch\n`);
  expect(completion).toBe('');
});
