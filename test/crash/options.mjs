import fs from 'node:fs';
import { parseArgs } from 'node:util';

/** Options of programs that go through commands: a sample only, some of them, so many at a time, and leave what they have made. */
export const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    jobs: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
  },
});

/** Prints a line at once. */
export const say = (text) => fs.writeSync(1, `${text}\n`);
