// Layers of src/, highest first. Imports go downwards only.
const LAYERS = [
  'cli', 'library', 'config', 'rescan', 'report', 'discovery', 'record-index', 'history',
  'takeover', 'stub', 'facets', 'shadow', 'record', 'git', 'storage', 'realdir', 'system', 'util',
];

// Git, and what has no equivalent in Node: flock(1), lsattr(1), access control lists; hooks, editors and pagers of users.
const MAY_START_PROCESSES = ['^src/git/process/run-git\\.ts$', '^src/util/process/run-helper\\.ts$', '^src/shadow/lock/lock\\.ts$', '^src/rescan/hooks/run-hook\\.ts$', '^src/cli/(editor|pager)\\.ts$'];

const oneOf = (layers) => `^src/(${layers.join('|')})/`;

const upward = LAYERS.slice(1).map((layer, index) => ({
  name: `${layer}-imports-downwards`,
  comment: `src/${layer} must not know the layers above it.`,
  severity: 'error',
  from: { path: oneOf([layer]) },
  to: { path: oneOf(LAYERS.slice(0, index + 1)), ...(layer === 'rescan' ? { pathNot: '^src/config/' } : {}) },
}));

module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'rescan-takes-config-as-values',
      comment: 'A rescan is given its configuration; it may name the types, not load anything.',
      severity: 'error',
      from: { path: oneOf(['rescan']) },
      to: { path: oneOf(['config']), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'git-and-realdir-are-strangers',
      comment: 'Nothing that runs Git or writes objects may touch a real directory; facets join the two.',
      severity: 'error',
      from: { path: '^src/git/' },
      to: { path: '^src/realdir/' },
    },
    {
      name: 'nobody-imports-the-library-entry',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },
    { name: 'no-cycles', comment: 'Types count: two files that need each other are one idea.', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'isomorphic-git-only-in-git',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/git/' },
      to: { path: 'node_modules/isomorphic-git/' },
    },
    {
      name: 'system-calls-only-in-one-room',
      comment: 'What is wrong there ends the process, or worse.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/system/' },
      to: { path: 'node_modules/koffi/' },
    },
    {
      name: 'processes-only-where-named',
      severity: 'error',
      from: { path: '^src/', pathNot: MAY_START_PROCESSES },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'only-declared-dependencies',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'src-does-not-import-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|fixtures|bin)/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Type imports are dependencies, too: a layer that needs the types of a higher one knows it.
    tsPreCompilationDeps: true,
  },
};
