import path from 'node:path';
import { expect, test } from 'vitest';
import { run } from './strace.mjs';

test('a call that writes and fails is told by every command, with a path, costs nothing, and the next run goes on', async () => {
  const { status, stdout, stderr } = await run(process.execPath, [path.join(import.meta.dirname, 'failing-commands.mjs'), '--quick'], {
    timeout: 290_000,
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: expect.stringMatching(/^ok {3}rescan: /m), stderr: '' });
}, 300_000);
