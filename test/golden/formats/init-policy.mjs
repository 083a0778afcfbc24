import { InitPolicy, parseInitPolicy } from '../../../dist/discovery/policy/init-policy.js';
import { bytesOfText } from '../../../dist/util/byte-string.js';

/** The only kind of policy that the reference has, and the only one that git-fso has: it has no name here. */
const GLOBLIST = 'subdir-tracking-globlist';

function parse(globlist) {
  return parseInitPolicy(globlist.map(({ pattern, subdirTracking }) => `${subdirTracking} ${pattern}`));
}

function lookUp({ policy, path }) {
  if (policy === null) return { tracking: 'enter-subdirs', error: null };
  try {
    const tracking = new InitPolicy(bytesOfText(policy.globalRoot), parse(policy.globlist ?? []).entries).trackingOf(bytesOfText(path));
    return policy.policy === GLOBLIST ? { tracking, error: null } : { tracking: null, error: 'UnknownPolicy' };
  } catch (thrown) {
    if (thrown.code === undefined) throw thrown;
    return { tracking: null, error: thrown.code };
  }
}

function validate({ policy }) {
  if (policy === null) return { error: 'PolicyNil' };
  if (policy.policy !== GLOBLIST) return { error: 'UnknownPolicy' };
  const globlist = policy.globlist ?? [];
  if (globlist.length === 0) return { error: 'MissingGloblist' };
  const malformed = parse(globlist).problems.find(({ code }) => code === 'MalformedGlob');
  return malformed === undefined ? { error: null } : { error: 'PatternInvalidGlob', pattern: globlist[malformed.index].pattern };
}

function check(entry) {
  const { error, pattern } = entry.validation ?? validate(entry);
  const validation = { error, ...(pattern === undefined ? {} : { pattern }) };
  const expected = JSON.stringify({ tracking: entry.tracking, error: entry.error, validation });
  const actual = JSON.stringify({ ...lookUp(entry), validation: validate(entry) });
  if (actual === expected) return;
  const input = JSON.stringify({ policy: entry.policy, path: entry.path });
  throw new Error(`init policy ${input}:\nexpected ${expected}\ngot ${actual}`);
}

/** `{title, policy, path, tracking, error, validation, quirk}`. */
export const format = {
  name: 'init-policy',
  accepts: (relativeFile) => /(^|[^a-z])init-policy([^a-z]|$)/.test(relativeFile),
  *cases(json) {
    for (const entry of [json].flat()) {
      const skip = entry.quirk ? 'the reference compares strings, not paths' : undefined;
      yield { title: `${entry.title}: ${JSON.stringify(entry.path)}`, ...(skip && { skip }), run: () => check(entry) };
    }
  },
};
