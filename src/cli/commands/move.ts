import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Config } from '../../config/types.js';
import { isAtOrBelow } from '../../shadow/locate.js';
import { moveRepo } from '../../shadow/move.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ConfigFlags } from '../config-options.js';
import { configFileOf, DEFAULT_CONFIG, loadSite } from '../config-options.js';
import type { CliContext } from '../context.js';
import { absolutePath, openShadowRepo, runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { safePath } from '../render/safe-text.js';

interface MoveFlags extends Pick<ConfigFlags, 'config'> {
  readonly trimHostRoot?: string;
  readonly inPlace?: boolean;
}

/** The site that a shadow repo belongs to, if a configuration says so. */
async function siteOf(context: CliContext, { directory }: ShadowRepo, flags: Pick<ConfigFlags, 'config'>): Promise<Config | null> {
  if (flags.config === undefined && !existsSync(configFileOf(context, flags))) return null;
  const site = await loadSite(context, flags);
  return isAtOrBelow(directory, site.location.root) ? site : null;
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
    .option('--config <file>', `configuration with shadowMode and trimHostRoot (default: $GIT_FSO_CONFIG, else ${DEFAULT_CONFIG}, if there is one)`)
    .action(async (realdir: string, flags: MoveFlags) => {
      const { trimHostRoot, inPlace } = flags;
      const shadowRepo = openShadowRepo(context);
      const site = inPlace === true ? null : await siteOf(context, shadowRepo, flags);
      const { repo } = await moveRepo(shadowRepo, absolutePath(context, realdir), {
        ...runOptionsOf(context, 'move'),
        ...(site !== null && { shadowMode: site.shadowMode, trimHostRoot: site.location.trimHostRoot }),
        ...(trimHostRoot !== undefined && { trimHostRoot: absolutePath(context, trimHostRoot) }),
        ...(inPlace !== undefined && { inPlace }),
      });
      context.stdout.write(`${safePath(repo.directory)}: observes ${safePath(repo.realdir)}\n`);
    });
  describeUse(command, ['git-fso -C /shadow/projects/foo/*.fso move /projects/archive/foo'], [0, 1, 2, 4]);
}
