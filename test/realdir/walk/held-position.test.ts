import { describe } from 'vitest';
import { expectLongWalks } from '../../../src/realdir/walk/long-walk.js';
import { directoryCalls } from '../../../src/system/directory-calls.js';
import { testCursor } from './cursor-tests.js';

expectLongWalks(true);

describe.skipIf(directoryCalls() === null)('a cursor that holds directories open (where koffi can be loaded)', () => {
  testCursor();
});
