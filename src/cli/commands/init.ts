import type { Command } from 'commander';
import { Option } from 'commander';
import type { CreateOptions } from '../../shadow/create/create-repo.js';
import { checkUuid, createBelowRoot } from '../../shadow/create/create-repo.js';
import { createHere } from '../../shadow/create/create-here.js';
import { safePath } from '../../util/text/safe-text.js';
import type { CliContext } from '../context.js';
import { absolutePath, runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { siteIfAny } from '../open-repo.js';
import type { TrackingFlags } from '../options/tracking-options.js';
import { addTrackingOptions, trackingFrom } from '../options/tracking-options.js';

interface InitFlags extends TrackingFlags {
  readonly observe: string;
  readonly shadow?: string;
  readonly uuid?: string;
  readonly trimHostRoot?: string;
}

/** `git-fso init`: creates a shadow repo. */
export function registerInit(program: Command, context: CliContext): void {
  const command = program
    .command('init')
    .summary('create a shadow repo')
    .description('Creates a shadow repo that observes a real directory: here, where the directory must be empty, or below a shadow root.')
    .requiredOption('--observe <realdir>', 'the directory to observe')
    .option('--shadow <directory>', 'create <directory>/<path of realdir>/<uuid>.fso and print its path')
    .option('--uuid <uuid>', 'identify the repo by this UUID instead of a random one')
    .addOption(new Option('--trim-host-root <prefix>', 'with --shadow, remove this prefix from the realdir before it is mirrored'))
    .action(async (flags: InitFlags) => {
      const realdir = absolutePath(context, flags.observe);
      const options: CreateOptions = {
        ...runOptionsOf(context, 'init'),
        roots: (await siteIfAny(context))?.roots ?? [],
        tracking: trackingFrom(flags) ?? 'enter-subdirs',
        ...(flags.uuid === undefined ? {} : { uuid: checkUuid(flags.uuid) }),
      };
      if (flags.shadow === undefined) {
        const repo = await createHere(context.directory, realdir, options);
        context.stdout.write(`${safePath(repo.directory)}: observes ${safePath(repo.realdir)}\n`);
        return;
      }
      const trimHostRoot = flags.trimHostRoot === undefined ? '' : absolutePath(context, flags.trimHostRoot);
      const root = absolutePath(context, flags.shadow);
      const { repo } = await createBelowRoot({ root, trimHostRoot }, realdir, options);
      context.stdout.write(`${safePath(repo.directory)}\n`);
    });
  addTrackingOptions(command);
  describeUse(
    command,
    [
      'git-fso init --observe /projects/foo',
      'git-fso init --bundle-subdirs --observe /projects/foo --shadow /shadow',
    ],
    [0, 1, 2, 4],
  );
}
