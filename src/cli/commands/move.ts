import type { Command } from 'commander';
import { moveRepo } from '../../shadow/move.js';
import type { CliContext } from '../context.js';
import { absolutePath, openShadowRepo, runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { safePath } from '../render/safe-text.js';

interface MoveFlags {
  readonly trimHostRoot?: string;
  readonly inPlace?: boolean;
}

/** `git-fso move`: follows a realdir to its new place. */
export function registerMove(program: Command, context: CliContext): void {
  const command = program
    .command('move')
    .summary('follow a real directory that was moved')
    .description(
      'Has a shadow repo observe another directory, to which the real one was moved or copied; history and UUID stay.\n' +
        'Below a shadow root the repo moves to the path that mirrors the new directory. Prints where it is then.',
    )
    .argument('<realdir>', 'the directory to observe from now on')
    .option('--trim-host-root <prefix>', 'the prefix that is removed from realdirs before they are mirrored')
    .option('--in-place', 'leave the shadow repo where it is')
    .action(async (realdir: string, { trimHostRoot, inPlace }: MoveFlags) => {
      const { repo } = await moveRepo(openShadowRepo(context), absolutePath(context, realdir), {
        ...runOptionsOf(context, 'move'),
        ...(trimHostRoot !== undefined && { trimHostRoot: absolutePath(context, trimHostRoot) }),
        ...(inPlace !== undefined && { inPlace }),
      });
      context.stdout.write(`${safePath(repo.directory)}: observes ${safePath(repo.realdir)}\n`);
    });
  describeUse(command, ['git-fso -C /shadow/projects/foo/*.fso move /projects/archive/foo'], [0, 1, 2, 4]);
}
