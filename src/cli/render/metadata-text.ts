import type { PathMetadata } from '../../facets/meta/read-metadata.js';
import type { JsonValue } from '../../record/metadata-json.js';
import { metadataJson } from '../../record/metadata-json.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText } from '../../util/byte-string.js';
import type { JsonField } from './json-text.js';
import { jsonText, terminalJson } from './json-text.js';
import { jsonPath } from './json-values.js';
import { safeBytes } from '../../util/text/safe-text.js';

/** Path and metadata as one line, `path=<JSON object>` or a JSON object of both. */
export function metadataLine({ path, metadata }: PathMetadata, asJson: boolean): ByteString {
  if (asJson) return bytesOfText(jsonText({ ...jsonPath('path', path), metadata: objectOf(metadata) }));
  return `${safeBytes(path)}=${bytesOfText(terminalJson(metadataJson(metadata)))}`;
}

function objectOf(metadata: ReadonlyMap<string, JsonValue>): JsonField {
  return Object.fromEntries(metadata);
}
