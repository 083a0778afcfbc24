import { textOfBytes } from '../../src/util/byte-string.js';
import type { Golden } from './golden-parser.js';
import { gitSteps } from './git-steps.js';
import { Observer } from './observer.js';
import { realSteps } from './real-steps.js';
import type { Scenario } from './scenario-parser.js';
import { World } from './world.js';

/** Carries out a scenario in a directory of its own; throws at the first step that does not go as the golden says. */
export async function runScenario(scenario: Scenario, golden: Golden): Promise<void> {
  const world = new World();
  const observer = new Observer(world, golden);
  try {
    for (const step of scenario.steps) {
      try {
        const action = realSteps[step.verb] ?? gitSteps[step.verb];
        if (action !== undefined) await action(world, step);
        else if (!(await observer.perform(step))) throw new Error('unknown step');
      } catch (error) {
        if (error instanceof Error) error.message = `line ${step.lineNumber}: ${step.verb} ${textOfBytes(step.rest)}\n${error.message}`;
        throw error;
      }
    }
    observer.finish();
  } finally {
    await world.remove();
  }
}
