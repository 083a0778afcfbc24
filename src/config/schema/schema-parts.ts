import * as z from 'zod';
import { compilePathMatch } from '../../discovery/naming-rules/path-match.js';
import { parseSchedule } from '../../rescan/schedule/schedule.js';
import { parseDuration } from '../../util/time/durations.js';
import { FsoError } from '../../util/errors.js';
import { nearestWord } from '../../util/text/nearest-word.js';
import { parseAbsolutePath } from '../values/absolute-path.js';
import { patternTexts } from '../yaml/patterns-block.js';
import { parseShare } from '../values/shares.js';
import { parseSize } from '../values/sizes.js';
import { parseSummaries } from '../values/summaries.js';

/** A map that has no other keys. The message about unknown keys has a line for each. */
export function map<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const allowed = Object.keys(shape);
  const aboutKey = (key: string): string => {
    const nearest = nearestWord(key, allowed);
    const hint = nearest === null ? '' : ` (did you mean ${nearest}?)`;
    return `unknown key ${JSON.stringify(key)}${hint}; allowed: ${allowed.join(', ')}`;
  };
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map(aboutKey).join('\n') : undefined),
  });
}

/** Adds a check by a parser that throws an FsoError; its message tells what is wrong. */
function parsedBy<Value, Schema extends z.ZodType<Value, Value>>(schema: Schema, parse: (value: Value) => unknown): Schema {
  return schema.check((context) => {
    try {
      parse(context.value);
    } catch (error) {
      if (!(error instanceof FsoError)) throw error;
      context.issues.push({ code: 'custom', message: error.message, input: context.value });
    }
  });
}

const numberOrText = (expected: string) => z.union([z.number(), z.string()], { error: `expected ${expected}` });

export const absolutePath = parsedBy(z.string(), parseAbsolutePath).meta({ pattern: '^/' });

export const size = parsedBy(numberOrText('a size, such as 20g'), parseSize);

export const duration = parsedBy(numberOrText('a length of time, such as 2h'), parseDuration);

export const schedule = parsedBy(z.string(), parseSchedule);

export const share = parsedBy(z.string('expected a share, such as 10%'), parseShare);

export const summaries = parsedBy(z.string(), parseSummaries);

export const glob = z.string().refine((text) => !compilePathMatch(text).malformed, {
  error: ({ input }) => `malformed glob ${JSON.stringify(input)}`,
});

/** What is wrong with lines, each named by its index. */
type LineChecker = (texts: readonly string[]) => { readonly problems: readonly { readonly index: number; readonly message: string }[] };

/** Patterns in a block of text, or in a list. Issues in a block are at the index of its line. */
export function lines(check: LineChecker, example: string): z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]> {
  const block = z.string().check((context) => {
    const texts = patternTexts(context.value);
    for (const { index, message } of check(texts.map(({ text }) => text)).problems) {
      context.issues.push({ code: 'custom', message, input: context.value, path: [texts[index]!.index] });
    }
  });
  const item = z.string().check((context) => {
    for (const { message } of check(patternTexts([context.value]).map(({ text }) => text)).problems) {
      context.issues.push({ code: 'custom', message, input: context.value });
    }
  });
  const error = `expected lines such as ${JSON.stringify(example)}, in a block behind | or in a list`;
  return z.union([block, z.array(item)], { error });
}
