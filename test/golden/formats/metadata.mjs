import { metadataJson, parseMetadata } from '../../../dist/record/metadata-json.js';
import { decodeMetadata, encodeMetadata } from '../../../dist/record/metadata.js';
import { FsoError } from '../../../dist/util/errors.js';

/** The result, or null if the input is refused. */
function unlessRefused(action) {
  try {
    return action();
  } catch (error) {
    if (error instanceof FsoError) return null;
    throw error;
  }
}

function expectSame(what, input, expected, actual) {
  if (actual === expected) return;
  throw new Error(`${what} ${JSON.stringify(input)}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

/** Such keys could be written but not read; we refuse to write them. */
function hasUnreadableKey(json) {
  const metadata = unlessRefused(() => parseMetadata(json));
  return metadata !== null && [...metadata.keys()].some((key) => /[:\n]/.test(key));
}

function check({ json, yaml, backJson }) {
  const record = unlessRefused(() => encodeMetadata(parseMetadata(json)));
  expectSame('the record of', json, hasUnreadableKey(json) ? null : yaml, record);
  if (yaml === null) return;
  const back = unlessRefused(() => metadataJson(decodeMetadata(Buffer.from(yaml))));
  expectSame('the metadata in', yaml, backJson ?? (back === '{}' ? '{}' : null), back);
}

/** `{json, yaml, backJson}`: a JSON object, its record, and what is read from that. */
export const format = {
  name: 'metadata',
  accepts: (relativeFile) => /(^|[^a-z])metadata([^a-z]|$)/.test(relativeFile),
  *cases(json) {
    for (const entry of [json].flat()) yield { title: JSON.stringify(entry.json), run: () => check(entry) };
  },
};
