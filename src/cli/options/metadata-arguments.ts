import type { MetadataChange } from '../../facets/meta/change-metadata.js';
import type { JsonValue, Metadata } from '../../record/metadata-json.js';
import { parseJson, parseMetadata } from '../../record/metadata-json.js';
import { bytesOfText } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';

/** `path=<JSON object>`; a path may contain `=` as long as the object does not begin behind it. */
const ASSIGNED_OBJECT = /=(?=\s*\{)/;

/** A value: JSON, or else the text itself. */
function valueFrom(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof UsageError) return text;
    throw error;
  }
}

/** The metadata in arguments `key=value`. @throws UsageError for one without `=` */
export function metadataFrom(assignments: readonly string[]): Metadata {
  return new Map(assignments.map((assignment) => {
    const equals = assignment.indexOf('=');
    if (equals < 0) throw new UsageError(`${JSON.stringify(assignment)}: expected key=value`);
    return [assignment.slice(0, equals), valueFrom(assignment.slice(equals + 1))];
  }));
}

/** The change in an argument `path=<JSON object>`. @throws UsageError that shows the argument */
export function replacementFrom(argument: string): MetadataChange {
  const object = ASSIGNED_OBJECT.exec(argument)?.index ?? argument.indexOf('=');
  if (object < 0) throw new UsageError(`${JSON.stringify(argument)}: expected path=<JSON object>`);
  try {
    return { path: bytesOfText(argument.slice(0, object)), replaceBy: parseMetadata(argument.slice(object + 1)) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${JSON.stringify(argument)}: ${error.message}`, { cause: error });
  }
}
