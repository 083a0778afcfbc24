import type * as z from 'zod';
import { allowedWords } from '../../util/text/nearest-word.js';
import { configSchema } from './schema.js';
import type { ConfigFile } from './schema.js';
import type { ConfigPath, Mistake } from '../yaml/problems.js';

const LONGEST_SHOWN = 60;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a map of keys and values',
};

/** How a value is called in a message. */
function show(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map of keys and values';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return typeof value === 'string' ? `text ${shown}` : shown;
}

/** What is wrong with a value, for mistakes that the schema has no words of its own for. */
function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.input === undefined) return 'is missing';
      const hint = issue.expected === 'string' && typeof issue.input === 'number' ? '; put it in quotes' : '';
      return `expected ${TYPE_NAMES[issue.expected] ?? issue.expected}, found ${show(issue.input)}${hint}`;
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const unknown = typeof issue.input === 'string' ? issue.input : '';
      return `${show(issue.input)} is not allowed here; ${allowedWords(unknown, allowed)}`;
    }
    case 'too_small':
      return issue.origin === 'number' ? `${show(issue.input)} is too small; allowed: ${issue.minimum} or more` : 'must not be empty';
    case 'too_big':
      return `${show(issue.input)} is too big; allowed: ${issue.maximum} or less`;
    default:
      return undefined;
  }
}

/** The issues of the alternative that is of the right kind but wrong inside; null if there is no such. */
function issuesInside(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] | null {
  if (issue.code !== 'invalid_union') return null;
  const inside = issue.errors.filter((issues) => issues.length > 0 && issues.every(({ path }) => path.length > 0));
  return inside.length === 1 ? inside[0]! : null;
}

function mistakesOf(issue: z.core.$ZodIssue, above: ConfigPath): Mistake[] {
  const path = [...above, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
  const inside = issuesInside(issue);
  if (inside !== null) return inside.flatMap((each) => mistakesOf(each, path));
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  const messages = issue.message.split('\n');
  return issue.keys.map((key, index) => ({ path: [...path, key], isKey: true, message: messages[index] ?? issue.message }));
}

/** Checks a value against the schema; the file is null if there are mistakes. */
export function checkSchema(value: unknown): { readonly file: ConfigFile | null; readonly mistakes: readonly Mistake[] } {
  const result = configSchema.safeParse(value, { error: describeIssue });
  if (result.success) return { file: result.data, mistakes: [] };
  return { file: null, mistakes: result.error.issues.flatMap((issue) => mistakesOf(issue, [])) };
}
