import type { Command } from 'commander';
import { followConfigured } from '../../rescan/run/follow-configured.js';
import { shellWord } from '../../util/text/shell-word.js';
import type { ConfigFlags } from '../options/config-options.js';
import type { CliContext } from '../context.js';
import { absolutePath, runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo, siteIfAny } from '../open-repo.js';
import { safePath, safeText } from '../../util/text/safe-text.js';
import { DEFAULTS } from '../../defaults.js';

interface MoveFlags extends Pick<ConfigFlags, 'config'> {
  readonly trimHostRoot?: string;
  readonly inPlace?: boolean;
}

/** `git-fso move`: follows a realdir to its new place. */
export function registerMove(program: Command, context: CliContext): void {
  const command = program
    .command('move')
    .summary('follow a real directory that was moved')
    .description(
      'Has a shadow repo observe another directory, to which the real one was moved or copied; history and UUID stay. ' +
        'Below a shadow root the repo moves to the path that mirrors the new directory. A second shadow repo, made there after the ' +
          'directory was renamed, is put aside if nothing that it has is lost. Prints where it is then.',
    )
    .argument('<realdir>', 'the directory to observe from now on')
    .option('--trim-host-root <prefix>', 'the prefix that is removed from realdirs before they are mirrored')
    .option('--in-place', 'leave the shadow repo where it is')
    .option(
      '--config <file>',
      `configuration with shadowMode and trimHostRoot (default: $GIT_FSO_CONFIG, else ${DEFAULTS.configFile}, if there is one)`,
    )
    .action(async (realdir: string, flags: MoveFlags) => {
      const { trimHostRoot, inPlace } = flags;
      const shadowRepo = await openShadowRepo(context, 'adopt', flags);
      const site = await siteIfAny(context, flags);
      const { repo, putAside } = await followConfigured(shadowRepo, absolutePath(context, realdir), site, {
        ...runOptionsOf(context, 'move'),
        ...(trimHostRoot !== undefined && { trimHostRoot: absolutePath(context, trimHostRoot) }),
        ...(inPlace !== undefined && { inPlace }),
      });
      context.stdout.write(`${safePath(repo.directory)}: observes ${safePath(repo.realdir)}\n`);
      if (putAside === null) return;
      const aside = safePath(putAside);
      context.stdout.write(
        `${aside}: was the shadow repo of the new name; all that it has is recorded in the other one; delete it by rm -r ` +
          `${safeText(shellWord(putAside))}\n`,
      );
    });
  describeUse(command, ['git-fso -C /shadow/projects/foo/*.fso move /projects/archive/foo'], [0, 1, 2, 4]);
}
