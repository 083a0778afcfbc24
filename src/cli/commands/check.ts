import type { Command } from 'commander';
import type { CheckedFinding } from '../../shadow/check/check-repo.js';
import { checkRepo } from '../../shadow/check/check-repo.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { namedPlace } from '../open-repo.js';
import { formatCount } from '../../util/text/quantities.js';
import { safePath, safeText } from '../../util/text/safe-text.js';
import { statusOfDone } from '../exit-status.js';

function textOf({ severity, place, what, remedy, repaired }: CheckedFinding): string {
  const first = `${repaired ? 'repaired' : severity}: ${safePath(place)}: ${safeText(what)}\n`;
  return repaired || remedy === null ? first : `${first}  ${safeText(remedy)}\n`;
}

/** `git-fso check`: looks for damage in a shadow repo. */
export function registerCheck(program: Command, context: CliContext): void {
  const command = program
    .command('check')
    .summary('check a shadow repo for damage')
    .description(
      'Checks layout, refs, objects and records of a shadow repo, and says what is ' +
        'wrong, where, and what to do. With --repair, what can be put in order without ' +
        'guessing is: a lost HEAD or index, refs whose log tells what they were, what was ' +
        'hashed (the next sha hashes again), files of killed processes.',
    )
    .option('--repair', 'repair what can be repaired without guessing')
    .action(async (flags: { readonly repair?: boolean }) => {
      const { shadow, gate } = await namedPlace(context, 'adopt');
      const { findings, errors } = await checkRepo(shadow, {
        gate,
        repair: flags.repair === true,
        ...runOptionsOf(context, 'check'),
      });
      for (const finding of findings) context.stdout.write(textOf(finding));
      context.stdout.write(errors === 0 ? 'no errors found\n' : `${formatCount(errors, 'error')} found\n`);
      context.exitStatus = statusOfDone({ isFaulty: errors > 0 });
    });
  describeUse(command, ['git-fso check', 'git-fso check --repair'], [0, 1, 2, 4], { 0: 'no errors found', 1: 'errors found' });
}
