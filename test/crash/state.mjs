// What Git says of shadow repos.
import { ENV } from './command.mjs';
import { run } from './strace.mjs';

const git = (repo, args) => run('git', args, { cwd: repo, env: ENV });

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** The refs of what `verify` records, and of what `sha` holds back for it: their trees hold times. */
const TIMED = ['refs/heads/master-verify', 'refs/fso/findings'];

/** What one of these refs has recorded, without the times at which something was read. */
async function timelessOf(repo, ref) {
  const { stdout } = await git(repo, ['diff', '--no-color', EMPTY_TREE, ref, '--']);
  return stdout
    .replace(/^index .*\n/gm, '')
    .replace(/(lastGood|firstBad|round|"begin"|"end"):( ?)\d+/g, '$1:$2time');
}

/** Refs and their trees; with `commits`, also the ids of commits. */
export async function stateOf(repos, commits) {
  const states = [];
  for (const repo of repos) {
    const { stdout } = await git(repo, [
      'for-each-ref',
      `--format=%(refname) %(tree)${commits ? ' %(objectname)' : ''} %(if:equals=tree)%(objecttype)%(then)%(objectname)%(end)`,
    ]);
    const timed = TIMED.filter((ref) => stdout.includes(`${ref} `));
    const lines = stdout.split('\n').map((line) => timed.find((ref) => line.startsWith(`${ref} `)) ?? line);
    for (const ref of timed) lines.push(await timelessOf(repo, ref));
    states.push(lines.join('\n'));
  }
  return states.sort().join('\n');
}

/** What Git finds wrong in a repo: it must be nothing at any moment. */
export async function damageIn(repo) {
  const { status, stdout, stderr } = await git(repo, ['fsck', '--full', '--strict', '--no-dangling', '--no-progress']);
  return status === 0 && stdout === '' && stderr === '' ? null : `git fsck says (status ${status}): ${stdout}${stderr}`;
}
