import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { parseSize } from '../../config/values/sizes.js';
import { acceptFindings } from '../../facets/verify/accept-findings.js';
import { placeStatuses } from '../../history/integrity/site-status.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import { isAtOrBelow, joinPath } from '../../util/byte-string.js';
import { FsoError, messageOf, UsageError } from '../../util/errors.js';
import { safePath } from '../../util/text/safe-text.js';
import { parseDuration } from '../../util/time/durations.js';
import type { PlaceFlags } from '../asked-parts.js';
import { addPlaceOptions, tellProblem } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { ExitStatus, worseStatus } from '../exit-status.js';
import { describeUse } from '../help.js';
import { siteIfAny } from '../open-repo.js';
import { jsonStatus } from '../render/integrity-json.js';
import { statusText } from '../render/integrity-text.js';
import { jsonLine } from '../render/json-text.js';
import { askedRepos, rememberFindings, writableRepos } from '../verify/asked-repos.js';
import { compareSums } from '../verify/compare-sums.js';
import { runVerify, tellFindings } from '../verify/run-verify.js';

interface VerifyFlags extends PlaceFlags {
  readonly time?: number;
  readonly bytes?: number;
  readonly unreadFor?: number;
  readonly accept?: boolean;
  readonly findings?: boolean;
  readonly status?: boolean;
  readonly from?: string;
  readonly base?: string;
  readonly json?: boolean;
}

const MODES = ['accept', 'findings', 'status', 'from'] as const;
const BUDGET = ['time', 'bytes', 'unreadFor'] as const;
const OPTION = {
  time: '--time',
  bytes: '--bytes',
  unreadFor: '--unread-for',
  accept: '--accept',
  findings: '--findings',
  status: '--status',
  from: '--from',
};

/** Each way to call the command has its own options. */
function checkFlags(flags: VerifyFlags, operands: readonly string[]): void {
  const modes = MODES.filter((key) => flags[key] !== undefined);
  const budget = BUDGET.filter((key) => flags[key] !== undefined);
  const [first, second] = [...modes, ...(modes.length > 0 ? budget : [])];
  if (first !== undefined && second !== undefined) throw new UsageError(`${OPTION[first]} and ${OPTION[second]} exclude each other`);
  if (flags.base !== undefined && flags.from === undefined) throw new UsageError('--base is for --from only');
  if (flags.from !== undefined && operands.length > 0) throw new UsageError('--from takes no paths; see --base');
  if (flags.accept === true && operands.length === 0) {
    throw new UsageError('--accept needs the paths of the files that are to be taken as they are', {
      remedy: 'see git-fso verify --findings',
    });
  }
}

/** A parser of a value as one of the command line. */
function positive(parse: (text: string) => number): (text: string) => number {
  return (text) => {
    try {
      const value = parse(text);
      if (value > 0) return value;
    } catch (error) {
      if (!(error instanceof FsoError)) throw error;
      throw new InvalidArgumentError(messageOf(error));
    }
    throw new InvalidArgumentError('It must be more than 0.');
  };
}

async function accept(context: CliContext, flags: VerifyFlags, operands: readonly string[]): Promise<void> {
  const site = await siteIfAny(context, flags);
  let count = 0;
  for (const { repo, paths } of await writableRepos(context, flags, operands)) {
    const accepted = await acceptFindings(repo, paths, runOptionsOf(context, 'verify'));
    count += accepted.length;
    for (const path of accepted) {
      const place = joinPath(repo.realdir, path);
      context.stdout.write(flags.json === true ? jsonLine({ type: 'accepted', path: place }) : `accepted ${safePath(place)}\n`);
    }
    rememberFindings(site, repo);
  }
  if (count === 0) throw new FsoError('there are no findings at these paths', { remedy: 'see git-fso verify --findings' });
}

async function status(context: CliContext, flags: VerifyFlags, operands: readonly string[]): Promise<void> {
  const repos = (await askedRepos(context, flags, operands)).map(({ repo }) => repo);
  const site = context.isDirectoryNamed ? null : await siteIfAny(context, flags);
  const now = Math.floor(Date.now() / 1000);
  const roots = (site?.roots ?? []).map(({ path }) => path).filter((path) => repos.some(({ realdir }) => isAtOrBelow(realdir, path)));
  const places = roots.length > 0 ? roots : repos.map(({ realdir }) => realdir);
  const statuses = await placeStatuses(places, repos, now, (error) => tellProblem(context, error), yieldRegularly(context.signal));
  context.stdout.write(flags.json === true ? statuses.map((each) => jsonLine(jsonStatus(each))).join('') : statusText(statuses, now));
  const hasFindings = statuses.some(({ corrupt, rewritten }) => corrupt + rewritten > 0);
  if (hasFindings) context.exitStatus = worseStatus(context.exitStatus, ExitStatus.finding);
}

async function listFindings(context: CliContext, flags: VerifyFlags, operands: readonly string[]): Promise<void> {
  const count = await tellFindings(context, flags, await askedRepos(context, flags, operands));
  if (count === 0 && flags.json !== true) context.stdout.write('no findings\n');
}

async function run(context: CliContext, flags: VerifyFlags, operands: readonly string[]): Promise<void> {
  checkFlags(flags, operands);
  if (flags.from !== undefined) return compareSums(context, { from: flags.from, base: flags.base, json: flags.json === true });
  if (flags.accept === true) return accept(context, flags, operands);
  if (flags.status === true) return status(context, flags, operands);
  if (flags.findings === true) return listFindings(context, flags, operands);
  return runVerify(context, flags, operands, { ms: flags.time, bytes: flags.bytes, unreadForMs: flags.unreadFor });
}

/** `git-fso verify`: reads what is recorded again, and compares. */
export function registerVerify(program: Command, context: CliContext): void {
  const command = addPlaceOptions(
    program
      .command('verify')
      .summary('read files again and compare them with their recorded checksums')
      .description(
        'Reads files whose checksums are recorded, below the paths, or in all repos of the configuration, and compares. What differs ' +
          'although size and mtime are as recorded is a finding: corrupt, if nobody can have written it, else rewritten. Findings, and ' +
          'what was read, are recorded on master-verify. A run with a budget goes on where the last one has stopped; without one, all ' +
          'is read.',
      )
      .argument('[path...]', 'files or directories')
      .option('--time <duration>', 'begin no further file after this time, such as 5h', positive(parseDuration))
      .option('--bytes <size>', 'begin no further file after this many bytes, such as 3t', positive((text) => parseSize(text)))
      .option('--unread-for <duration>', 'only files that were not read for so long, such as 90d', positive(parseDuration))
      .option('--findings', 'list the findings, and where intact copies are recorded')
      .option('--accept', 'take files with findings as they are: record their checksums, and forget the findings')
      .option('--status', 'tell how much was read, and when')
      .option('--from <file>', 'compare with a list of sha256sum, sha1sum, md5sum or BagIt, and record nothing; - for standard input')
      .option('--base <directory>', 'where names in that list start (default: the current directory; of a manifest of BagIt, its own)')
      .option('--json', 'write one JSON object a line'),
  ).action((operands: string[], flags: VerifyFlags) => run(context, flags, operands));
  describeUse(
    command,
    [
      'git-fso verify --time 5h',
      'git-fso verify /projects/foo',
      'git-fso verify --findings --json',
      'git-fso verify --accept /projects/foo/data.csv',
      'git-fso verify --from SHA256SUMS --base /projects/foo',
    ],
    [0, 1, 2, 3, 4, 5],
  );
}
