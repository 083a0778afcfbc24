import { compilePathMatch } from '../../../dist/discovery/naming-rules/path-match.js';

function check({ pattern, name, match }) {
  const compiled = compilePathMatch(pattern);
  const actual = compiled.malformed ? 'error' : compiled.matches(name);
  if (compiled.malformed && compiled.matches(name)) throw new Error(`${JSON.stringify(pattern)} is malformed and matches`);
  if (actual !== match) {
    throw new Error(`pattern ${JSON.stringify(pattern)}, name ${JSON.stringify(name)}: expected ${match}, got ${actual}`);
  }
}

/** `{pattern, name, match}`; `match` is true, false or "error". */
export const format = {
  name: 'path-match',
  accepts: (relativeFile) => /(^|[^a-z])path-match([^a-z]|$)/.test(relativeFile),
  *cases(json) {
    for (const entry of [json].flat()) {
      yield { title: `${JSON.stringify(entry.pattern)} and ${JSON.stringify(entry.name)}`, run: () => check(entry) };
    }
  },
};
