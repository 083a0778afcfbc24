/**
 * The environment without anything that changes how Git behaves, with a fixed identity and clock zone. Walks of the command line use system
 * calls by koffi from the start, as long ones do; FSO_TEST_NODE_OPTIONS=--no-addons has them do without.
 */
export function cleanEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { FSO_TEST_NODE_OPTIONS: NODE_OPTIONS } = process.env;
  return {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    TMPDIR: process.env['TMPDIR'],
    LC_ALL: 'C',
    LANG: 'C',
    TZ: 'UTC',
    GIT_FSO_SYSTEM_CALLS: 'always',
    ...(NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS }),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A U Thor',
    GIT_AUTHOR_EMAIL: 'author@example.com',
    GIT_COMMITTER_NAME: 'C O Mitter',
    GIT_COMMITTER_EMAIL: 'committer@example.com',
    ...extra,
  };
}
