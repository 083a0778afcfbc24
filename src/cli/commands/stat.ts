import type { Command } from 'commander';
import type { StatOptions } from '../../facets/stat/record-stat.js';
import { recordStat } from '../../facets/stat/record-stat.js';
import { DEFAULTS } from '../../defaults.js';
import { UsageError } from '../../util/errors.js';
import { acceptEmptyOption } from '../options/accept-empty.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { positiveInteger } from '../options/positive-integer.js';
import { refreshIndexOption } from '../options/refresh-index.js';
import { printFacetResult } from '../render/facet-text.js';

interface StatFlags {
  readonly mtimeRange?: boolean;
  readonly mtimeRangeOnly?: boolean;
  readonly recheck?: boolean;
  readonly acceptEmpty?: boolean;
  readonly threads?: number;
}

function statOptionsFrom(flags: StatFlags): StatOptions {
  if (flags.mtimeRange === true && flags.mtimeRangeOnly === true) {
    throw new UsageError('--mtime-range and --mtime-range-only exclude each other');
  }
  return {
    ...(flags.mtimeRange === true && { mtimeRange: 'range' }),
    ...(flags.mtimeRangeOnly === true && { mtimeRange: 'only' }),
    ...(flags.recheck === true && { recheck: true }),
    ...(flags.threads !== undefined && { threads: flags.threads }),
  };
}

/** `git-fso stat`: records sizes and mtimes. */
export function registerStat(program: Command, context: CliContext): void {
  const command = program
    .command('stat')
    .summary('record sizes and mtimes')
    .description('Records names, sizes and mtimes on master-stat. Commits if something changed.')
    .option('--mtime-range', 'renew the summary of the whole tree although nothing triggers it')
    .option('--mtime-range-only', 'renew that summary and nothing else')
    .option('--recheck', 'renew all summaries: of the whole tree, nogbundles and submodules')
    .option('--threads <n>', `walk a large tree with up to n threads; ${DEFAULTS.threads} if this is not given`, positiveInteger)
    .addOption(refreshIndexOption())
    .addOption(acceptEmptyOption())
    .action(async (flags: StatFlags) => {
      const options = { ...statOptionsFrom(flags), ...runOptionsOf(context, 'stat'), acceptEmpty: flags.acceptEmpty === true };
      printFacetResult(context, 'stat', await recordStat(await openShadowRepo(context, 'write'), options));
    });
  describeUse(command, ['git-fso stat', 'git-fso stat --recheck'], [0, 1, 2, 3, 4]);
}
