import type { Command } from 'commander';
import { indexStatus } from '../../record-index/status.js';
import { updateIndex } from '../../record-index/update/update-index.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import { FsoError } from '../../util/errors.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { safePath } from '../../util/text/safe-text.js';
import { parseDuration } from '../../util/time/durations.js';
import { DEFAULTS } from '../../defaults.js';
import type { PlaceFlags } from '../asked-parts.js';
import { addPlaceOptions, tellProblem } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { groundOfIndex } from '../index/asked-index.js';
import { jsonPath } from '../render/json-values.js';
import { jsonLine } from '../render/json-text.js';
import { formatCount, formatNumber } from '../../util/text/quantities.js';
import { rfc3339 } from '../render/timestamp.js';

interface IndexFlags extends PlaceFlags {
  readonly status?: boolean;
  readonly json?: boolean;
}

async function printStatus(context: CliContext, flags: IndexFlags): Promise<void> {
  const status = indexStatus(await groundOfIndex(context, flags), (_realdir, error) => tellProblem(context, error));
  if (status === null) throw new FsoError('there is no index', { remedy: '`git-fso index` makes one' });
  const { directory, updatedAt, repos, behind, gone, rows, files, size } = status;
  const time = rfc3339(Math.floor(updatedAt.getTime() / 1000));
  if (flags.json === true) {
    const place = jsonPath('directory', directory);
    context.stdout.write(jsonLine({ type: 'index', ...place, updatedAt: time, repos, behind, gone, rows, files, size }));
    return;
  }
  const lag = behind + gone === 0 ? 'up to date' : `${formatCount(behind, 'repo')} behind${gone === 0 ? '' : `, ${gone} gone`}`;
  context.stdout.write(
    `${safePath(directory)}: of ${time}, ${lag}\n` +
      `${formatCount(repos, 'repo')}, ${formatNumber(rows)} rows in ${formatCount(files, 'file')}, ${formatBytes(size)}\n`,
  );
}

async function update(context: CliContext, flags: IndexFlags): Promise<void> {
  const ground = await groundOfIndex(context, flags);
  const { repos, changed, removed, rows, joined } = await updateIndex(ground, {
    command: 'git-fso index',
    waitMs: context.waitMs ?? parseDuration(DEFAULTS.wait),
    signal: context.signal,
    yieldTurn: yieldRegularly(context.signal),
    onWait: (holder) => void context.stderr.write(`waiting for ${holder}\n`),
    onProblem: (_realdir, error) => tellProblem(context, error),
  });
  if (flags.json === true) {
    context.stdout.write(jsonLine({ type: 'indexed', repos, changed, removed, rows, joined }));
    return;
  }
  const gone = removed === 0 ? '' : `, ${removed} removed`;
  context.stdout.write(`${formatCount(repos, 'repo')}, ${changed} changed${gone}: ${formatNumber(rows)} rows written\n`);
}

/** `git-fso index`: brings the index of all records up to date. */
export function registerIndex(program: Command, context: CliContext): void {
  const command = addPlaceOptions(
    program
      .command('index')
      .summary('bring the index up to date, which query, find and duplicates ask')
      .description(
        'Reads what is new in all shadow repos into Parquet files below `.git-fso/index` of the shadow root: what was recorded of each ' +
          'path, from when to when. It costs what has changed. The files can be deleted at any time, and are made again. ' +
          'With `index: true` of a root, rescans do this for its repos when they are done.',
      )
      .option('--status', 'tell how old, how far behind and how big it is, and change nothing')
      .option('--json', 'write one JSON object'),
  ).action((flags: IndexFlags) => (flags.status === true ? printStatus(context, flags) : update(context, flags)));
  describeUse(command, ['git-fso index', 'git-fso index --status'], [0, 1, 2, 4], {
    1: 'a repo cannot be read, and is in the index as it was before; or the index cannot be written',
  });
}
