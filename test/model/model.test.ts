import { test } from 'vitest';
import { trySequences } from './try-sequences.js';

test('stat, sha, status and apply-stub record what the rules say, after a few changes', () => trySequences(10));
