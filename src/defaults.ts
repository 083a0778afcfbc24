import { availableParallelism } from 'node:os';

/**
 * What holds where neither the configuration nor the command line says otherwise: every default value, for the
 * command line, its help, the configuration and the library. Durations and times are written as people write them.
 */
export const DEFAULTS = {
  /** Where `$GIT_FSO_CONFIG` names no other. */
  configFile: '/etc/git-fso.yml',
  /** The user whom generated services run as. */
  user: 'git-fso',
  /** How long a run waits for a lock. */
  wait: '10s',
  /** Repos that are worked on at the same time. Several keep slow disks busy; more than this does not pay. */
  jobs: Math.min(4, availableParallelism()),
  /** Threads that walk one repo, where it is big. */
  threads: Math.min(4, availableParallelism()),
  /** Threads of one `sha` run. */
  hashWorkers: 2,
  hookTimeout: '60s',
  jitter: 0,
  /** Of a scheduled `sha` run, where there is no `shaLimit` at all: a night and half a day are enough to hash terabytes. */
  shaTime: '12h',
  /** Of a `verify` run, where there is no `verifyLimit` at all: a night. */
  verifyTime: '5h',
  /** In which time `verify` is to have read everything once. */
  verifyCycle: '90d',
  summaries: 'always',
  /** Whether rescans keep the index current. */
  index: false,
  /** Reports tell growth for so long. */
  reportPeriod: '30d',
  /** Facets of a root that names none. */
  facets: ['stat', 'content'],
  gc: {
    looseObjects: 2000,
    packs: 50,
    /** Size of all packs but the biggest, relative to that one. */
    growth: 0.25,
    /** How long objects that nothing refers to are kept, as Git does. */
    expire: '14d',
  },
  /** What strangers below a root may use up; see `RootLimits`. */
  limits: { newRepos: 1000, readme: 1024 * 1024, ignoreSteps: 512 * 1024 * 1024, warnings: 20 },
} as const;
