import * as z from 'zod';
import { count, error, integer, pathField, pathOrNull, problemAt, rename, sha1, sha256, text, time, warningAt } from './parts.js';

const problem = z.strictObject({
  type: z.literal('problem'),
  ...pathField('path'),
  part: text,
  message: text,
  remedy: text.nullable(),
  since: time,
  last: time,
  count,
  retryAt: time.nullable(),
});

const due = z.strictObject({ ...pathField('realdir'), facet: text, lastSuccess: time.nullable(), dueAt: time });

export const list = z.union([
  z.strictObject({
    ...pathField('realdir'),
    ...pathOrNull('shadow'),
    tracking: text.nullable(),
    lastRecord: time.nullable(),
    files: count.nullable(),
    size: integer.nullable(),
    growth: z.strictObject({ days: count, files: integer, size: integer }).nullable(),
    summed: time.nullable(),
    missing: z.boolean(),
    rename: rename.nullable(),
    error: error.nullable(),
    problems: z.array(problem),
  }),
  problem,
  due,
]);

export const discover = z.strictObject({
  state: z.enum(['known', 'missing', 'no shadow repo', 'ignored', 'loose file', 'overlap', 'unreadable', 'strange']),
  ...pathField('path'),
  outer: text.optional(),
  outerBytes: text.optional(),
  error: error.optional(),
});

export const doctor = z.union([
  z.strictObject({ type: z.literal('time-zone'), name: text, isConfigured: z.boolean() }),
  z.strictObject({
    type: z.literal('finding'),
    severity: z.enum(['error', 'warning', 'note']),
    subject: text,
    message: text,
    remedy: text.nullable(),
  }),
]);

const verified = { intact: count, changed: count, unreadable: count, corrupt: count, rewritten: count };
const amount = z.strictObject({ files: count, bytes: integer });

export const verify = z.union([
  z.strictObject({
    type: z.literal('integrity'),
    ...pathField('path'),
    class: z.enum(['corrupt', 'rewritten']),
    size: integer,
    sha256,
    found: sha256,
    lastGood: time,
    firstBad: time,
    copies: z.array(z.strictObject({ ...pathField('path'), lastRead: time })),
  }),
  z.strictObject({
    type: z.literal('verified'),
    ...pathField('realdir'),
    ...pathField('shadow'),
    ...verified,
    bytes: integer,
    complete: z.boolean(),
    problems: z.array(problemAt),
    problemCount: count,
    warnings: z.array(warningAt),
    warningCount: count,
  }),
  z.strictObject({
    type: z.literal('verify-status'),
    ...pathField('path'),
    repos: count,
    files: count,
    bytes: integer,
    read: z.record(text, amount),
    never: amount,
    oldest: time.nullable(),
    uncovered: integer,
    corrupt: count,
    rewritten: count,
    bytesADay: integer.nullable(),
    roundDays: integer.nullable(),
  }),
  z.strictObject({ type: z.literal('accepted'), ...pathField('path') }),
  z.strictObject({
    type: z.literal('difference'),
    ...pathField('path'),
    class: z.enum(['corrupt', 'rewritten', 'changed', 'different', 'missing', 'extra', 'unreadable']),
    algorithm: text.optional(),
    expected: text.optional(),
    found: text.nullable().optional(),
    message: text.optional(),
  }),
  z.looseObject({ type: z.literal('total'), intact: count }),
]);

const facetResult = z.strictObject({
  facet: text,
  commit: sha1.nullable(),
  added: count,
  modified: count,
  deleted: count,
  visited: count,
  bytes: integer,
  complete: z.boolean(),
  problems: z.array(problemAt),
  problemCount: count,
  warnings: z.array(warningAt),
  warningCount: count,
  limits: z.array(z.strictObject({ limit: text, count, message: text })),
  integrity: z.strictObject(verified).optional(),
});

const alarm = z.strictObject({ facet: text, files: count, deleted: count, modified: count, message: text, remedy: text });

/** All lines have a version; those of the daemon have a time, too. */
const event = <Shape extends z.ZodRawShape>(type: string, shape: Shape) =>
  z.strictObject({ version: z.literal(1), time: time.optional(), type: z.literal(type), ...shape });

export const rescan = z.discriminatedUnion('type', [
  event('root', { ...pathField('root'), repos: count }),
  event('root-error', { ...pathField('root'), error }),
  event('read-only', pathField('shadow')),
  event('unscheduled', pathField('root')),
  event('postponed', { ...pathField('root'), repos: count, limit: count }),
  event('strange', { ...pathField('root'), ...pathField('directory'), error }),
  event('unreadable', { ...pathField('root'), ...pathField('path'), error }),
  event('repo', {
    ...pathField('root'),
    ...pathField('realdir'),
    shadow: text.optional(),
    shadowBytes: text.optional(),
    created: text.nullable(),
    missing: z.boolean(),
    rename: rename.nullable(),
    refused: text.nullable(),
    error: error.nullable(),
    hookErrors: z.array(error),
    alarms: z.array(alarm),
    gc: z.strictObject({ bytesBefore: integer, bytesAfter: integer }).nullable(),
    seconds: integer,
    facets: z.array(facetResult),
  }),
  event('progress', {
    repos: count,
    reposTotal: count,
    visited: count,
    bytes: integer,
    bytesLeft: integer,
    secondsLeft: integer.nullable(),
    file: z.strictObject({ ...pathField('path'), bytes: integer, size: integer }).nullable(),
  }),
  event('closed', { ...pathField('directory'), repos: count }),
  event('index-error', { error }),
  event('report-error', { error }),
  event('metrics-error', { error }),
  event('daemon', { state: z.enum(['started', 'reloaded', 'stopping', 'stopped']), running: count }),
  event('config-error', { error }),
  event('summary', {
    repos: count, created: count, changed: count, missing: count, refused: count, postponed: count, failed: count, locked: count,
    problems: count, findings: count, visited: count, added: count, modified: count, deleted: count, bytes: integer, seconds: integer,
    standing: z.strictObject({ count, since: time }).nullable(),
  }),
  event('error', { status: count, message: text, remedy: text.optional() }),
]);
