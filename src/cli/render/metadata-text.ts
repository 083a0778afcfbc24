import type { PathMetadata } from '../../history/metadata.js';
import type { JsonValue } from '../../record/metadata-json.js';
import { metadataJson } from '../../record/metadata-json.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText } from '../../util/byte-string.js';
import type { JsonField } from './json-text.js';
import { jsonText, terminalJson } from './json-text.js';
import { jsonPath } from './json-values.js';
import { safePath } from './safe-text.js';

type Stream = Pick<NodeJS.WriteStream, 'isTTY'>;

/** Metadata as JSON, escaped only where a terminal shows it. */
export function metadataText(stream: Stream, json: string): string {
  return stream.isTTY ? terminalJson(json) : json;
}

/** Path and metadata as one line, `path=<JSON object>` or a JSON object of both. */
export function metadataLine(stream: Stream, { path, metadata }: PathMetadata, asJson: boolean): ByteString {
  if (asJson) return bytesOfText(jsonText({ ...jsonPath('path', path), metadata: objectOf(metadata) }));
  const name = stream.isTTY ? bytesOfText(safePath(path)) : path;
  return `${name}=${bytesOfText(metadataText(stream, metadataJson(metadata)))}`;
}

function objectOf(metadata: ReadonlyMap<string, JsonValue>): JsonField {
  return Object.fromEntries(metadata);
}
