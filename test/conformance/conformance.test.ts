import { describe } from 'vitest';
import { ONE_OF, testScenarios } from './scenarios.js';

describe('git-fso records what the goldens say, in some scenarios', () => {
  testScenarios((index) => index % ONE_OF === 0);
});
