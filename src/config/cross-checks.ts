import { isWatched } from '../rescan/alarm/alarm.js';
import type { RescanFacet } from '../shadow/facets.js';
import { RESCAN_FACETS } from '../shadow/facets.js';
import { DEFAULTS } from '../defaults.js';
import { isAtOrBelow } from '../shadow/layout/locate.js';
import { parseAbsolutePath } from './values/absolute-path.js';
import type { ConfigPath, Mistake } from './yaml/problems.js';

type Fields = Readonly<Record<string, unknown>>;

/** Values whose types are still unchecked are taken for what they can be, so that all mistakes are found at once. */
function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function pathOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  try {
    return parseAbsolutePath(value);
  } catch {
    return null;
  }
}

/** Mistakes that concern several keys, in a value that need not have passed any other check. */
export function crossCheck(value: unknown): Mistake[] {
  const config = fieldsOf(value);
  const roots = listOf(config['roots']).map(fieldsOf);
  return [
    ...roots.flatMap((root, index) => checkRoot(root, ['roots', index])),
    ...checkNames(roots),
    ...checkPaths(roots, pathOf(config['shadow'])),
  ];
}

function checkRoot(root: Fields, at: ConfigPath): Mistake[] {
  const mistakes: Mistake[] = [];
  const hasPatterns = 'patterns' in root;
  if ('naming' in root && (hasPatterns || 'enabledPaths' in root)) {
    const other = hasPatterns ? 'patterns' : 'enabledPaths';
    const message = `a root has either naming or ${other}; ${other} stands for the naming rule PathPatterns`;
    mistakes.push({ path: [...at, 'naming'], isKey: true, message });
  } else if ('enabledPaths' in root && !hasPatterns) {
    const message = 'enabledPaths needs patterns beside it, which may be an empty list';
    mistakes.push({ path: [...at, 'enabledPaths'], isKey: true, message });
  }
  const policy = root['initPolicy'];
  if (Array.isArray(policy) ? policy.length === 0 : typeof policy === 'string' && policy.trim() === '') {
    mistakes.push({ path: [...at, 'initPolicy'], isKey: true, message: 'must not be empty; leave it out for enter-subdirs' });
  }
  for (const [index, hook] of listOf(root['onChange']).entries()) {
    const { command, shell } = fieldsOf(hook);
    if ((command === undefined) !== (shell === undefined)) continue;
    mistakes.push({ path: [...at, 'onChange', index], message: 'expected either command, a list, or shell, a command line' });
  }
  return [...mistakes, ...checkFacets(root, at), ...checkLimits(fieldsOf(root['initLimits']), [...at, 'initLimits'])];
}

function isFacet(word: string): boolean {
  return (RESCAN_FACETS as readonly string[]).includes(word);
}

/** Keys that say something about one facet only, if it is not among the defaults. */
const NEEDED_BY = { summaries: 'stat', verifyLimit: 'verify', verifyCycle: 'verify' } as const;

function checkFacets(root: Fields, at: ConfigPath): Mistake[] {
  const facets: unknown = root['facets'] ?? DEFAULTS.facets;
  if (!Array.isArray(facets)) return [];
  const first = firstPlaces(facets);
  const repeated = facets.flatMap((facet, index) => {
    const isRepeated = first.get(facet) !== index;
    return isRepeated ? [{ path: [...at, 'facets', index], message: `facet ${String(facet)} is here twice` }] : [];
  });
  const unused = Object.keys(fieldsOf(root['schedule'])).filter((facet) => {
    return isFacet(facet) && !facets.includes(facet);
  });
  const message = `is not among the facets of this root: ${facets.join(', ')}`;
  const idle = Object.entries(NEEDED_BY).flatMap(([key, facet]) => {
    return key in root && !facets.includes(facet) ? [{ path: [...at, key], isKey: true, message: `${facet} ${message}` }] : [];
  });
  const unscheduled = unused.map((facet) => ({ path: [...at, 'schedule', facet], isKey: true, message }));
  return [...repeated, ...idle, ...checkAlarm(root['alarm'] ?? false, facets, at), ...unscheduled];
}

function checkAlarm(alarm: unknown, facets: readonly unknown[], at: ConfigPath): Mistake[] {
  const path = [...at, 'alarm'];
  if (alarm !== false && !facets.some((facet) => isWatched(facet as RescanFacet))) {
    return [{ path, isKey: true, message: `needs stat or sha among the facets of this root: ${facets.join(', ')}` }];
  }
  const isEmpty = typeof alarm === 'object' && alarm !== null && Object.keys(alarm).length === 0;
  return isEmpty ? [{ path, isKey: true, message: 'names neither deleted nor modified' }] : [];
}

function checkLimits(limits: Fields, at: ConfigPath): Mistake[] {
  const mistakes: Mistake[] = [];
  if ('maxSize' in limits && 'maxBytes' in limits) {
    mistakes.push({ path: [...at, 'maxBytes'], isKey: true, message: 'means the same as maxSize; one of them must go' });
  }
  for (const key of ['prefixLimits', 'repoLimits']) {
    for (const [index, entry] of listOf(limits[key]).entries()) mistakes.push(...checkLimits(fieldsOf(entry), [...at, key, index]));
  }
  return mistakes;
}

function checkNames(roots: readonly Fields[]): Mistake[] {
  const names = roots.map((root) => root['name']);
  const first = firstPlaces(names);
  return names.flatMap((name, index) => {
    if (typeof name !== 'string' || first.get(name) === index) return [];
    return [{ path: ['roots', index, 'name'], message: `roots[${first.get(name)}] has the name ${JSON.stringify(name)}, too` }];
  });
}

/** The index at which each value is for the first time. */
function firstPlaces(values: readonly unknown[]): Map<unknown, number> {
  return new Map(values.map((value, index) => [value, index] as const).reverse());
}

function checkPaths(roots: readonly Fields[], shadow: string | null): Mistake[] {
  const paths = roots.map((root) => pathOf(root['path']));
  const first = firstPlaces(paths);
  return paths.flatMap((path, index) => {
    if (path === null) return [];
    const at = ['roots', index, 'path'];
    if (shadow !== null && isAtOrBelow(path, shadow)) {
      return [{ path: at, message: `${path} is in the shadow root ${shadow}, where shadow repos live` }];
    }
    if (first.get(path) !== index) return [{ path: at, message: `${path} is the path of roots[${first.get(path)}], too` }];
    const other = ancestorsOf(path).find((ancestor) => first.has(ancestor));
    if (other === undefined) return [];
    return [{ path: at, message: `${path} is below ${other}, the path of roots[${first.get(other)}]; roots must not contain one another` }];
  });
}

/** The directories above a normalised absolute path, the nearest last. */
function ancestorsOf(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return path === '/' ? [] : ['/', ...names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)];
}
