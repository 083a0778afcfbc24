import * as z from 'zod';
import { count, integer, pathField, pathOrNull, sha1, sha256, text, time } from './parts.js';

const kind = z.enum(['file', 'link', 'summary']);

export const which = z.strictObject({
  ...pathField('path'),
  ...pathOrNull('realdir'),
  ...pathOrNull('shadow'),
  coverage: z.enum(['file', 'summary', 'ignored', 'none']),
  responsible: z.boolean(),
});

export const log = z.strictObject({
  time,
  commit: sha1,
  change: z.enum(['added', 'modified', 'deleted', 'moved']),
  kind,
  ...pathField('path'),
  ...pathOrNull('from'),
  size: integer.nullable(),
  mtime: integer.nullable(),
  sha256: sha256.nullable(),
  first: z.boolean(),
});

const total = z.strictObject({ count, size: integer });
const totals = { added: total, modified: total, deleted: total, moved: total, first: total };

export const diff = z.union([
  z.strictObject({
    change: z.enum(['added', 'modified', 'deleted', 'moved']),
    kind,
    ...pathField('path'),
    ...pathOrNull('from'),
    sizeBefore: integer.nullable(),
    sizeAfter: integer.nullable(),
    sha256Before: sha256.nullable(),
    sha256After: sha256.nullable(),
    first: z.boolean(),
  }),
  z.strictObject({ type: z.literal('directory'), ...pathField('path'), ...totals }),
  z.strictObject({ type: z.literal('total'), ...totals }),
]);

const amounts = {
  files: integer,
  size: integer,
  filesBefore: integer,
  sizeBefore: integer,
  filesFirst: integer,
  sizeFirst: integer,
  first: z.boolean(),
  perWeek: integer.nullable(),
  sizes: z.array(integer),
};

export const growth = z.union([
  z.strictObject({ ...pathField('path'), ...amounts }),
  z.strictObject({ type: z.literal('total'), paths: count, ...amounts, times: z.array(time) }),
  z.strictObject({
    type: z.literal('forecast'),
    roots: z.array(text),
    size: integer.nullable(),
    used: integer.nullable(),
    free: integer.nullable(),
    state: z.enum(['full', 'not growing', 'far away', 'unknown']),
    earliest: time.nullable(),
    latest: time.nullable(),
    perWeek: integer.nullable(),
    reason: text.nullable(),
  }),
]);

/** The line of the realdir has the other fields of its record, too. */
export const ls = z.looseObject({
  ...pathField('path'),
  mode: z.enum(['040000', '100000', '120000', '160000']),
  mtime: integer,
  size: integer,
  dirs: integer,
  files: integer,
  links: integer,
  others: integer,
  ...pathField('symlink'),
  gitlink: text,
  sha1: sha1.nullable(),
  sha256: sha256.nullable(),
});

export const find = z.strictObject({
  ...pathField('path'),
  kind: z.enum(['file', 'link', 'bundle', 'submodule', 'toplevel']),
  size: integer,
  mtime: integer.nullable(),
  sha256: sha256.nullable(),
  repo: text,
});

export const duplicates = z.union([
  z.strictObject({ sha256, size: integer, copies: count, waste: integer, paths: z.array(z.strictObject({ ...pathField('path') })) }),
  z.strictObject({ type: z.literal('total'), groups: count, paths: count, waste: integer }),
]);

export const index = z.union([
  z.strictObject({ type: z.literal('indexed'), repos: count, changed: count, removed: count, rows: count, joined: count }),
  z.strictObject({
    type: z.literal('index'),
    ...pathField('directory'),
    updatedAt: time,
    repos: count,
    behind: count,
    gone: count,
    rows: count,
    files: count,
    size: integer,
  }),
]);

export const exported = z.strictObject({
  ...pathField('path'),
  kind: z.enum(['file', 'link', 'summary', 'rest']),
  size: integer,
  files: integer,
  mtime: integer.nullable(),
  sha256: sha256.nullable(),
  sha1: sha1.nullable(),
  ...pathOrNull('target'),
});

export const summary = z.strictObject({ numFiles: count, numDirs: count, numOther: count });

/** What each facet has at a path. */
export const show = z.looseObject({ ...pathField('path') });

const person = z.looseObject({}).nullable();

export const head = z.strictObject({
  repo: text.nullable(),
  gitNogCommit: sha256,
  statGitCommit: sha1.nullable(),
  shaGitCommit: sha1.nullable(),
  metaGitCommit: sha1.nullable(),
  contentGitCommit: sha1.nullable(),
  statAuthor: person,
  statCommitter: person,
  shaAuthor: person,
  shaCommitter: person,
  metaAuthor: person,
  metaCommitter: person,
  contentAuthor: person,
  contentCommitter: person,
});
