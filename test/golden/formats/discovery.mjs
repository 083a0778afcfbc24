import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createNamingRule } from '../../../dist/discovery/naming-rules/create-naming-rule.js';
import { discoverRepos } from '../../../dist/discovery/discover.js';
import { parsePathPatterns } from '../../../dist/discovery/naming-rules/path-pattern.js';
import { bytesOfText, textOfBytes } from '../../../dist/util/byte-string.js';

/** What the registry of the reference calls the problems of a pattern. */
const REGISTRY_ERRORS = {
  MalformedPattern: 'PatternInvalid',
  InvalidAction: 'PatternInvalidAction',
  MalformedGlob: 'PatternInvalidGlob',
};

async function withTree({ dirs = [], files = [], symlinks = {} }, use) {
  const top = fs.mkdtempSync(path.join(os.tmpdir(), 'git-fso-golden-'));
  const parent = (relative) => fs.mkdirSync(path.dirname(path.join(top, relative)), { recursive: true });
  try {
    for (const dir of dirs) fs.mkdirSync(path.join(top, dir), { recursive: true });
    for (const file of files) {
      parent(file);
      fs.writeFileSync(path.join(top, file), '');
    }
    for (const [link, target] of Object.entries(symlinks)) {
      parent(link);
      fs.symlinkSync(target, path.join(top, link));
    }
    return await use(top);
  } finally {
    fs.rmSync(top, { recursive: true, force: true });
  }
}

/** Paths of a case are relative to the top of its tree, without normalisation. */
function below(top, relative) {
  return relative === '' ? top : `${top}/${relative}`;
}

function settingsOf({ config }, top) {
  const projectsRoot = config?.projectsRoot;
  return { ...config, ...(projectsRoot === undefined ? {} : { projectsRoot: below(top, projectsRoot) }) };
}

async function discover(entry, top) {
  const known = new Set(entry.known);
  const events = [];
  let error = null;
  try {
    const root = below(top, entry.root);
    const rule = createNamingRule(entry.rule, settingsOf(entry, top), root);
    const isKnown = (dir) => known.has(textOfBytes(dir));
    const onProblem = (dir, cause) => {
      throw new Error(`${dir} cannot be read: ${cause.message}`);
    };
    for await (const { event, path: dir } of discoverRepos({ root: bytesOfText(root), rule, isKnown, onProblem })) {
      events.push({ event, path: textOfBytes(dir) });
    }
  } catch (thrown) {
    if (thrown.code === undefined) throw thrown;
    error = thrown.code;
  }
  return { events, error };
}

function validate({ config }) {
  const patterns = config?.patterns;
  if (patterns === undefined) return { error: 'MissingPatterns' };
  if (!Array.isArray(patterns) || patterns.some((pattern) => typeof pattern !== 'string')) return { error: 'PatternsWrongType' };
  const [problem] = parsePathPatterns(patterns).problems;
  if (problem === undefined) return { error: null };
  const pattern = patterns[problem.index];
  return { error: REGISTRY_ERRORS[problem.code], ...(pattern === '' ? {} : { pattern }) };
}

function compare(entry, what, expected, actual) {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  const { tree, root, rule, config, known } = entry;
  const input = JSON.stringify({ tree, root, rule, config, known });
  throw new Error(`${what} of ${input}:\nexpected ${JSON.stringify(expected)}\ngot ${JSON.stringify(actual)}`);
}

async function checkEvents(entry) {
  // A root outside of projectsRoot is ignored; that the reference calls this an error is an accident.
  const error = entry.error === 'SkipDir' ? null : entry.error;
  const expected = { events: entry.events.map(({ event, path: dir }) => ({ event, path: dir })), error };
  compare(entry, 'discovery', expected, await withTree(entry.tree, (top) => discover(entry, top)));
}

function checkValidation(entry) {
  const { error, pattern } = entry.validation;
  compare(entry, 'validation', { error, ...(pattern === undefined ? {} : { pattern }) }, validate(entry));
}

function skipReason(entry) {
  if (entry.error === 'PermissionDenied' || entry.unreadable?.length > 0) {
    return 'a directory that cannot be read does not end the search: it is reported, and the walk goes on';
  }
  if (entry.requiresNonRoot && process.getuid() === 0) return 'root may read everything';
  return undefined;
}

/** `{title, tree, root, rule, config, known, events, error, validation}`; one object or a list. */
export const format = {
  name: 'discovery',
  accepts: (relativeFile) => /(^|[/\\])discovery([/\\][^/\\]*|[^/\\]*)\.json$/.test(relativeFile),
  *cases(json) {
    for (const entry of [json].flat()) {
      const skip = skipReason(entry);
      yield { title: entry.title, ...(skip && { skip }), run: () => checkEvents(entry) };
      if (entry.validation) yield { title: `${entry.title} (validation)`, run: () => checkValidation(entry) };
    }
  },
};
