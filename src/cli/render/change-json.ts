import type { Change } from '../../history/changes/compare-parts.js';
import type { Totals } from '../../history/changes/totals.js';
import type { JsonField } from './json-text.js';
import { jsonPath } from './json-values.js';

/** A change as JSON. */
export function changeJson({ change, kind, path, from, before, after, sha256Before, sha256After, first }: Change): JsonField {
  return {
    change,
    kind,
    ...jsonPath('path', path),
    ...(from === null ? { from: null } : jsonPath('from', from)),
    sizeBefore: before?.size ?? null,
    sizeAfter: after?.size ?? null,
    sha256Before,
    sha256After,
    first,
  };
}

/** Totals of changes as JSON. */
export function totalsJson(totals: Totals): Record<string, JsonField> {
  return Object.fromEntries(Object.entries(totals).map(([kind, { count, size }]) => [kind, { count, size }]));
}
