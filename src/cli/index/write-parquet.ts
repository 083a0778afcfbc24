import { createReadStream } from 'node:fs';
import { UsageError } from '../../util/errors.js';
import type { CliContext } from '../context.js';
import { LineWriter } from '../render/write-lines.js';

/** Writes a file of bytes to standard output. @throws UsageError if that is a terminal */
export async function writeFileTo(context: CliContext, path: string): Promise<void> {
  if (context.stdout.isTTY) throw new UsageError('Parquet is not for a terminal', { remedy: 'send it to a file: … >answer.parquet' });
  const writer = new LineWriter(context.stdout, context.signal, '');
  for await (const piece of createReadStream(path)) {
    if (!(await writer.write((piece as Buffer).toString('latin1')))) return;
  }
  await writer.flush();
}
