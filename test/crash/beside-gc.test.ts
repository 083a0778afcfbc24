import path from 'node:path';
import { expect, test } from 'vitest';
import { run } from './strace.mjs';

test('git prune and git gc at any moment take nothing away from what is being recorded', async () => {
  const { status, stdout, stderr } = await run(process.execPath, [path.join(import.meta.dirname, 'beside-gc.mjs'), '--quick'], {
    timeout: 290_000,
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: expect.stringMatching(/^ok {3}stat: /), stderr: '' });
}, 300_000);
