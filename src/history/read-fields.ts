import { parse as parseYaml } from 'yaml';
import type { RecordFields } from '../record/parse.js';
import { MAX_RECORD_BYTES, parseRecord, recordInteger } from '../record/parse.js';
import { FsoError } from '../util/errors.js';

/**
 * What begins a level without a new line. A record has one level; the time that the parser takes
 * grows exponentially with some of these, and Node aborts when they exhaust the stack.
 */
const LEVEL_BEGINS = /[[{]|[-?]\s/g;
const MAX_LEVELS = 20;

/** @throws FsoError if the text is too deep, or not a YAML mapping */
function parseMapping(body: Buffer): object {
  const text = body.toString('utf8');
  if ((text.match(LEVEL_BEGINS)?.length ?? 0) > MAX_LEVELS) throw new FsoError('the record is not a YAML mapping: it is nested too deep');
  let value: unknown;
  try {
    value = parseYaml(text, { intAsBigInt: true, maxAliasCount: 0, logLevel: 'error' });
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n', 1);
    throw new FsoError(`the record is not a YAML mapping: ${reason ?? ''}`, { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new FsoError('the record is not a YAML mapping');
}

/**
 * The fields of a record of stat or sha, whatever its bytes are: people can commit to a shadow repo, and
 * disks fail. Values that are neither strings nor numbers are left out.
 * @throws FsoError if it is not a YAML mapping
 */
export function readFields(body: Buffer): RecordFields {
  if (body.length > MAX_RECORD_BYTES) throw new FsoError(`the record is longer than ${MAX_RECORD_BYTES} bytes`);
  const plain = parseRecord(body);
  if (plain !== null) return plain;
  const fields = new Map<string, string | number | bigint>();
  for (const [key, value] of Object.entries(parseMapping(body))) {
    if (typeof value === 'bigint') fields.set(key, recordInteger(value.toString()));
    else if (typeof value === 'string' || typeof value === 'number') fields.set(key, value);
  }
  return fields;
}
