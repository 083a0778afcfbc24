import { describe } from 'vitest';
import { testCursor } from './cursor-tests.js';

describe('a cursor in the working directory', () => {
  testCursor();
});
