import * as z from 'zod';
import { parseEnabledPaths } from '../../discovery/naming-rules/enabled-paths.js';
import { parseInitPolicy } from '../../discovery/policy/init-policy.js';
import { RULE_NAMES } from '../../discovery/naming-rules/naming-rule.js';
import { parsePathPatterns } from '../../discovery/naming-rules/path-pattern.js';
import { MAX_LEVEL, MIN_LEVEL } from '../../discovery/naming-rules/subdir-level.js';
import { RESCAN_FACETS } from '../../shadow/facets.js';
import { allowedWords } from '../../util/text/nearest-word.js';
import { absolutePath, duration, glob, lines, map, schedule, share, size, summaries } from './schema-parts.js';
import { shadowModeText } from '../values/shadow-mode.js';
import { isTimeZone } from '../../util/time/time-zone.js';

const namingRules = RULE_NAMES.filter((name) => name !== 'PathPatterns');

const naming = z
  .discriminatedUnion(
    'rule',
    [
      map({
        rule: z.literal('SubdirLevel'),
        level: z.int().min(MIN_LEVEL).max(MAX_LEVEL).describe('Depth below the root at which directories are repos'),
        ignore: z.array(glob).optional().describe('Globs for directories, relative to the root, that are passed over'),
      }),
      map({
        rule: z.literal('Stdtools2017'),
        projectsRoot: absolutePath.describe('Directory that has the projects as subdirectories'),
        ignore: z.array(glob).optional().describe('Globs for directories, relative to the root, that are passed over'),
      }),
      map({ rule: z.literal('default') }),
    ],
    {
      error: ({ code, input }) => {
        if (code !== 'invalid_union') return undefined;
        const rule = (input as { rule?: unknown }).rule;
        if (rule === 'PathPatterns') return 'write patterns in the root, without naming, for the rule PathPatterns';
        if (typeof rule !== 'string') return `rule is missing; allowed: ${namingRules.join(', ')}`;
        return `unknown naming rule ${JSON.stringify(rule)}; ${allowedWords(rule, namingRules)}`;
      },
    },
  )
  .describe('Naming rule of a root without patterns; the default rule takes every direct subdirectory');

const limit = {
  maxFiles: size.optional().describe('Paths in a repo at most; 0 means no limit'),
  maxSize: size.optional().describe('Bytes in a repo at most; 0 means no limit'),
  maxBytes: size.optional().describe('The same as maxSize'),
};

const pathLimits = z.array(map({ path: absolutePath, ...limit }));

const initLimits = map({
  ...limit,
  prefixLimits: pathLimits.optional().describe('Limits for repos at or below a path; the first that applies decides'),
  repoLimits: pathLimits.optional().describe('Limits for single repos'),
});

const hook = map({
  command: z.array(z.string()).min(1).optional().describe('Program and arguments'),
  shell: z.string().min(1).optional().describe('Command line for /bin/sh'),
  timeout: duration.optional().describe('Time until it is ended, such as 60s'),
});

const alarm = z.union(
  [
    z.boolean(),
    map({
      deleted: share.optional().describe('Share of the files from which on it is an alarm that a run finds them deleted'),
      modified: share.optional().describe('Share of the files from which on it is an alarm that a run finds them changed'),
    }),
  ],
  { error: 'expected true, false, or shares such as { deleted: 10%, modified: 30% }' },
);

const schedules = map(
  Object.fromEntries(RESCAN_FACETS.map((facet) => [facet, schedule.optional()])) as Record<
    (typeof RESCAN_FACETS)[number],
    z.ZodOptional<typeof schedule>
  >,
);

const root = map({
  path: absolutePath.describe('Directory below which repos are discovered'),
  name: z.string().min(1).optional().describe('Name in reports; the path if it is not given'),
  patterns: lines(parsePathPatterns, 'repo data/*').optional().describe('Lines <enter|repo|superrepo|ignore> <glob>'),
  enabledPaths: lines(parseEnabledPaths, '2 data').optional().describe('Lines <depth> <path>'),
  naming: naming.optional(),
  fuse: z.literal('enter').optional().describe('Also records FUSE filesystems that are mounted below the root, which may not answer'),
  initPolicy: lines(parseInitPolicy, 'enter-subdirs data/*').optional().describe('Lines <subdir tracking> <glob>'),
  initLimits: initLimits.optional().describe('How large a repo may be when it is created'),
  facets: z.array(z.enum(RESCAN_FACETS)).min(1).optional().describe('What a rescan records'),
  schedule: schedules
    .optional()
    .describe('When rescan --due and the daemon update facets; those without a schedule are left to plain rescans'),
  jitter: duration.optional().describe('Repos are due up to this much later than the schedule says'),
  shaLimit: map({
    time: duration.optional().describe('Stop hashing after this time, such as 2h'),
    bytes: size.optional().describe('Stop hashing after this many bytes, such as 2t'),
  })
    .optional()
    .describe('How much one run of sha does in a repo, by default 12h; the next one goes on'),
  verifyLimit: map({
    time: duration.optional().describe('Begin no further file after this time, such as 5h'),
    bytes: size.optional().describe('Begin no further file after this many bytes, such as 3t'),
  })
    .optional()
    .describe('How much one run of verify reads in a repo, by default 5h; the next one goes on'),
  verifyCycle: duration
    .optional()
    .describe('In which time verify is to have read everything once, by default 90d; doctor tells whether it does'),
  limits: map({
    newRepos: size.optional().describe('Shadow repos that one run creates'),
    readme: size.optional().describe('Size of a file that content takes in a rescan'),
    ignoreSteps: size.optional().describe('Steps of comparing the names of one directory with ignore rules'),
    warnings: size.optional().describe('Warnings, and unreadable paths, of a repo that one run tells one by one'),
  })
    .optional()
    .describe('What strangers may use up at most; 0 means no limit'),
  summaries: summaries
    .optional()
    .describe(
      'When stat renews sums that need a walk of their own, of bundles and nested repositories: always, or a schedule such as every 7d',
    ),
  index: z.boolean().optional().describe('Rescans keep the index current, which query, find and duplicates ask'),
  jobs: z.int().min(1).max(1024).optional().describe('Repos of this root that scheduled runs work on at the same time'),
  alarm: alarm.optional().describe('When it is a problem how much a run has deleted or changed: true, by the past of each repo, or shares'),
  onChange: z.array(hook).optional().describe('Commands to run after changes of a repo were recorded'),
});

/** The configuration file: the one source of its types, its checks and its JSON schema. */
export const configSchema = map({
  shadow: absolutePath.describe('Shadow root: the directory below which all shadow repos live'),
  trimHostRoot: absolutePath.optional().describe('Prefix that is removed from real paths before they are mirrored'),
  shadowMode: shadowModeText
    .optional()
    .describe(
      'Who may see what is below the shadow root: "0700" (nobody but the owner, the default), "0750", "0755", or mirror, like the ' +
        'real directories',
    ),
  timeZone: z
    .string()
    .refine(isTimeZone, { error: ({ input }) => `${JSON.stringify(input)} is not a time zone; allowed: names such as Europe/Berlin` })
    .optional()
    .describe('Time zone of the schedules; that of the system if it is not given'),
  roots: z.array(root).describe('Directories below which repos are discovered'),
  index: z.boolean().optional().describe('The same for all roots that do not say otherwise'),
  jobs: z.int().min(1).max(1024).optional().describe('Repos that are rescanned at the same time'),
  jobsPerDevice: z.int().min(1).max(1024).optional().describe('Of these, repos whose roots are on the same device'),
  wait: duration.optional().describe('How long to wait for a lock, such as 10s'),
  gc: map({
    looseObjects: z.int().min(1).optional().describe('Loose objects in a shadow repo from which on it is packed'),
    packs: z.int().min(1).optional().describe('Packs in a shadow repo from which on they are joined'),
    growth: z
      .number()
      .positive()
      .optional()
      .describe('Size of all packs but the biggest, relative to that one, from which on they are joined'),
  })
    .optional()
    .describe('When a shadow repo needs gc'),
  report: map({
    output: absolutePath.describe('Directory that reports are written to: one for each root, and one for all'),
    since: duration.optional().describe('Growth is told for so long, by default 30d'),
    schedule: schedule.describe('When rescan --due and the daemon write them, such as "Mon 06:00"'),
  })
    .optional()
    .describe('Reports as git-fso report writes them, by a schedule'),
  metrics: map({ textfile: absolutePath.describe('File that is rewritten after each rescan, in the format of Prometheus') })
    .optional()
    .describe('Metrics for monitoring'),
}).meta({ title: 'Configuration of git-fso' });

/** What a configuration file may say, as it is written. */
export type ConfigFile = z.infer<typeof configSchema>;
