import type { Command } from 'commander';
import type { FoundDirectory } from '../../rescan/list/directories.js';
import { findDirectories } from '../../rescan/list/directories.js';
import type { ByteString } from '../../util/byte-string.js';
import type { ConfigFlags } from '../options/config-options.js';
import { addConfigOptions, loadSite } from '../options/config-options.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { jsonLine } from '../render/json-text.js';
import { jsonError, jsonPath } from '../render/json-values.js';
import { describeError } from '../render/rescan/rescan-text.js';
import { safePath } from '../../util/text/safe-text.js';
import { statusOfDone, worseStatus } from '../exit-status.js';

const WIDTH = 'no shadow repo'.length;

interface DiscoverFlags extends ConfigFlags {
  readonly untracked?: boolean;
  readonly json?: boolean;
}

/** Prints what is found. */
class DiscoverOutput {
  constructor(
    private readonly context: CliContext,
    private readonly json: boolean,
  ) {}

  show(found: FoundDirectory): void {
    const { state, path } = found;
    if (state === 'unreadable') this.unreadable(path, found.error);
    else if (state === 'strange') this.strange(path, found.error);
    else if (state === 'overlap') this.overlap(path, found.outer);
    else
      this.context.stdout.write(this.json ? jsonLine({ state, ...jsonPath('path', path) }) : `${state.padEnd(WIDTH)} ${safePath(path)}\n`);
  }

  private overlap(path: ByteString, outer: ByteString): void {
    const { stdout } = this.context;
    if (this.json) stdout.write(jsonLine({ state: 'overlap', ...jsonPath('path', path), ...jsonPath('outer', outer) }));
    else stdout.write(`${'overlap'.padEnd(WIDTH)} ${safePath(path)} (${safePath(outer)} records files in it, too)\n`);
  }

  private unreadable(path: ByteString, error: unknown): void {
    const { stdout, stderr } = this.context;
    if (this.json) stdout.write(jsonLine({ state: 'unreadable', ...jsonPath('path', path), error: jsonError(error) }));
    else stderr.write(`unreadable ${safePath(path)}: ${describeError(error)}\n`);
    this.worsen({ isPartial: true });
  }

  private strange(directory: ByteString, error: Error): void {
    const { stdout, stderr } = this.context;
    if (this.json) stdout.write(jsonLine({ state: 'strange', ...jsonPath('path', directory), error: jsonError(error) }));
    else stderr.write(`failed ${describeError(error)}\n`);
    this.worsen({ isFaulty: true });
  }

  private worsen(found: Parameters<typeof statusOfDone>[0]): void {
    this.context.exitStatus = worseStatus(this.context.exitStatus, statusOfDone(found));
  }
}

/** `git-fso discover`: what the naming rules find. */
export function registerDiscover(program: Command, context: CliContext): void {
  const command = program
    .command('discover')
    .summary('list what naming rules find: repos, directories without a shadow repo, ignored ones')
    .description(
      'Applies the naming rules of the configured roots and lists what they find: known repos, missing ones, directories that are to ' +
        'be repos and have no shadow repo, and ignored ones. Changes nothing.',
    )
    .option(
      '--untracked',
      'only directories and loose files that no shadow repo records, neither file by file nor in a summary, and overlaps: repos of which ' +
        'another one records files, too',
    )
    .option('--json', 'write one JSON object a line')
    .action(async (flags: DiscoverFlags) => {
      const site = await loadSite(context, flags);
      const output = new DiscoverOutput(context, flags.json === true);
      for await (const found of findDirectories(site, { untracked: flags.untracked === true, signal: context.signal })) output.show(found);
    });
  addConfigOptions(command);
  describeUse(command, ['git-fso discover', 'git-fso discover --untracked --root /projects'], [0, 1, 2, 3]);
}
