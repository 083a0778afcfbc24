import { parseDocument } from 'yaml';
import type { RecordFields } from '../record/parse.js';
import { parseRecord } from '../record/parse.js';
import { FsoError } from '../util/errors.js';

/** Records as git-fso writes them: lines with a key and an integer or a JSON string. */
const PLAIN_RECORD = /^(?:[A-Za-z_][\w-]*: (?:-?\d+|"(?:[^"\\\n]|\\.)*")\n)*$/;

/** The longest record that git-fso writes has a name of 255 control characters, each escaped. */
const MAX_BYTES = 16 * 1024;

/**
 * What begins a level without a new line. A record has one level; the time that the parser takes
 * grows exponentially with some of these, and Node aborts when they exhaust the stack.
 */
const LEVEL_BEGINS = /[[{]|[-?]\s/g;
const MAX_LEVELS = 20;

/** @throws FsoError if the text is too long, too deep, or not YAML */
function checkYaml(body: Buffer): void {
  if (body.length > MAX_BYTES) throw new FsoError(`the record is longer than ${MAX_BYTES} bytes`);
  const text = body.toString('utf8');
  if (PLAIN_RECORD.test(text)) return;
  if ((text.match(LEVEL_BEGINS)?.length ?? 0) > MAX_LEVELS) throw new FsoError('the record is not a YAML mapping: it is nested too deep');
  const [error] = parseDocument(text, { logLevel: 'silent' }).errors;
  if (error !== undefined) throw new FsoError(`the record is not a YAML mapping: ${error.message.split('\n', 1)[0] ?? ''}`);
}

/**
 * The fields of a record of stat or sha, whatever its bytes are: people can commit to a shadow repo, and
 * disks fail.
 * @throws FsoError if it is not a YAML mapping
 */
export function readFields(body: Buffer): RecordFields {
  checkYaml(body);
  const fields = parseRecord(body);
  if (fields === null) throw new FsoError('the record is not a YAML mapping');
  return fields;
}
