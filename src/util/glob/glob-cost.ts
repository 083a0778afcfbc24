/** Longer globs are refused, in characters: paths that people name are shorter. */
const LONGEST = 1000;

/** In how many ways a glob may match a long name before it takes too long to find out. */
const MOST_WAYS = 100_000;

/** A component of a path has up to this many characters; a path has up to as many components that are tried in turn. */
const NAME = 255;

/** A part that may be there several times: what is in it must match in one way only. */
const REPEATED = /[*+]\(([^()]*)\)/g;
const ONE_WAY = /^(\[[^[\]]*\]|[^|*?+@![\]{}])*$/;

/** How a quantity multiplies: each star of a component but the last may end anywhere. */
function waysOfStars(component: string): number {
  const stars = component.match(/\*+|[+!@?]\(/g)?.length ?? 0;
  return NAME ** Math.max(0, stars - 1);
}

/** How many alternatives a pair of braces or parentheses has. */
function waysOfGroups(glob: string): number {
  let ways = 1;
  let inGroup = 0;
  for (const character of glob) {
    if (character === '{' || character === '(') inGroup += 1;
    else if (character === '}' || character === ')') inGroup -= 1;
    else if ((character === ',' || character === '|') && inGroup > 0) ways += 1;
  }
  const groups = glob.match(/[{(]/g)?.length ?? 0;
  return ways ** Math.min(groups, 8);
}

/**
 * Why a matcher that backtracks could take for ever to compare a glob with a name that somebody has chosen for that;
 * null if it cannot. Stars in one component, `**`, alternatives and what is repeated multiply.
 */
export function whyTooCostly(glob: string): string | null {
  if (glob.length > LONGEST) return `it has more than ${LONGEST} characters`;
  for (const [, inside = ''] of glob.matchAll(REPEATED)) {
    if (!ONE_WAY.test(inside)) return 'what +(…) or *(…) repeats must be plain';
  }
  if (/[*+@?!]\([^()]*\(/.test(glob)) return 'parentheses are in one another';
  const components = glob.split('/');
  const trees = components.filter((component) => component === '**').length;
  const ways = components.filter((component) => component !== '**').reduce((product, component) => product * waysOfStars(component), 1);
  const all = ways * NAME ** Math.max(0, trees - 1) * waysOfGroups(glob);
  return all > MOST_WAYS ? 'it has too many stars or alternatives' : null;
}
