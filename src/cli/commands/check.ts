import type { Command } from 'commander';
import type { CheckedFinding } from '../../shadow/check.js';
import { checkRepo } from '../../shadow/check.js';
import { ExitStatus } from '../../util/errors.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { formatCount } from '../render/quantities.js';
import { safePath, safeText } from '../render/safe-text.js';

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
      'Checks layout, refs, objects and records of a shadow repo, and says what is\n' +
        'wrong, where, and what to do. With --repair, what can be put in order without\n' +
        'guessing is: a lost HEAD or index, refs whose log tells what they were, what was\n' +
        'hashed (the next sha hashes again), files of killed processes.',
    )
    .option('--repair', 'repair what can be repaired without guessing')
    .action(async (flags: { readonly repair?: boolean }) => {
      const { findings, errors } = await checkRepo(context.directory, { repair: flags.repair === true, ...runOptionsOf(context, 'check') });
      for (const finding of findings) context.stdout.write(textOf(finding));
      context.stdout.write(errors === 0 ? 'no errors found\n' : `${formatCount(errors, 'error')} found\n`);
      if (errors > 0) context.exitStatus = ExitStatus.failed;
    });
  describeUse(command, ['git-fso check', 'git-fso check --repair'], [0, 1, 2, 4], { 0: 'no errors found', 1: 'errors found' });
}
