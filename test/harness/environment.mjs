/**
 * An environment with a fixed identity and nothing of the user's settings, for scripts without a
 * TypeScript loader; the tests have theirs in environment.ts.
 */
export function scriptEnvironment(name, extra = {}) {
  const email = `${name.toLowerCase().replaceAll(' ', '-')}@example.com`;
  return {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    ...extra,
  };
}
