import * as z from 'zod';
import { diff, duplicates, exported, find, growth, head, index, log, ls, show, summary, which } from './answers.js';
import { discover, doctor, list, rescan, verify } from './site.js';

/** It grows when a field of any line changes its meaning or goes away; new fields and new types of lines may come at any time. */
const SCHEMA_VERSION = 1;

/** What the lines are that each command prints with `--json`; of `export`, with `ndjson`. @internal for tests */
export const JSON_LINES = {
  diff, discover, doctor, duplicates, export: exported, find, growth, head, index, list, log, ls, rescan, show, summary, verify, which,
} as const;

/** Tests are strict, so that no field is forgotten here; whoever reads lines must bear new ones. */
function open({ jsonSchema }: { readonly jsonSchema: { additionalProperties?: unknown } }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}

/** The JSON schema (draft 7) of all that is printed as JSON: for each command, a definition of its lines. */
export function outputJsonSchema(): object {
  const definitions = Object.fromEntries(
    Object.entries(JSON_LINES).map(([command, schema]) => {
      const { $schema: _dialect, ...definition } = z.toJSONSchema(schema, { target: 'draft-7', override: open });
      return [command, definition];
    }),
  );
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Lines of JSON that git-fso prints, by command',
    version: SCHEMA_VERSION,
    definitions,
    anyOf: Object.keys(definitions).map((command) => ({ $ref: `#/definitions/${command}` })),
  };
}
