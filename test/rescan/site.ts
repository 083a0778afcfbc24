import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildTree, fso, git, tempDir } from '../harness/index.js';
import type { FsoResult, TreeSpec } from '../harness/index.js';

/** A root with the patterns of NOE-18, a shadow root beside it, and a configuration. */
export interface TestSite {
  readonly top: string;
  readonly project: string;
  readonly shadow: string;
  readonly config: string;
  rescan(...args: string[]): FsoResult;
  /** Shadow repos by the path of their realdir below the project; `.` for the project itself. */
  repos(): Map<string, string>;
  /** Commit of each branch of each shadow repo, by `<realdir> <branch>`. */
  heads(): Map<string, string>;
}

const NOE_18 = `    patterns: |
      superrepo .
          enter data
           repo data/*
      superrepo data2
           repo data2/*
         ignore *
    initPolicy: |
      bundle-subdirs .
      ignore-subdirs data2
       enter-subdirs data/*
`;

/** Settings of a root with a repo for all of it, and one for `d/in`. */
export const ONE_IN_ANOTHER = `    patterns: |
      superrepo .
      superrepo d/in
    initPolicy: |
      enter-subdirs .
      enter-subdirs d/in
    facets: [stat, sha]
`;

function shadowReposBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) => (name.endsWith('.fso') ? [path.join(directory, name)] : shadowReposBelow(path.join(directory, name))));
}

/** Builds a site; `rootSettings` replaces patterns and policy, in the YAML of a root. */
export function makeSite(tree: TreeSpec, rootSettings = NOE_18): TestSite {
  const top = tempDir();
  const project = buildTree(path.join(top, 'project'), tree);
  const shadow = path.join(top, 'shadow');
  const config = path.join(top, 'git-fso.yml');
  writeFileSync(config, `shadow: ${shadow}\nroots:\n  - path: ${project}\n${rootSettings}`);
  const repos = (): Map<string, string> => {
    const mirror = path.join(shadow, project);
    return new Map(shadowReposBelow(mirror).map((repo) => [path.relative(mirror, path.dirname(repo)) || '.', repo]));
  };
  return {
    top,
    project,
    shadow,
    config,
    rescan: (...args) => fso(['rescan', '--config', config, ...args], { cwd: top }),
    repos,
    heads: () => {
      const heads = new Map<string, string>();
      for (const [realdir, repo] of repos()) {
        const refs = git(['for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads'], repo);
        for (const line of refs.split('\n')) {
          const [branch = '', commit = ''] = line.split(' ');
          heads.set(`${realdir} ${branch}`, commit);
        }
      }
      return heads;
    },
  };
}

/** What doctor has found: without the line about the time zone, and without the note that tests run as root. */
export function findingsIn(stdout: string): string {
  return stdout
    .replace(/^(times of schedules are those of|\{"type":"time-zone").*\n/, '')
    .replace(/^note: git-fso: runs as root.*\n.*\n/, '')
    .replace(/^\{"type":"finding","severity":"note".*\n/, '');
}

/** Keys whose values differ between two maps, sorted. */
export function changedKeys(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => before.get(key) !== after.get(key)).sort();
}
