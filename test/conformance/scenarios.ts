import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'vitest';
import { tempDir } from '../harness/index.js';
import { parseGolden } from './golden-parser.js';
import { runScenario } from './run-scenario.js';
import { parseScenario } from './scenario-parser.js';

// Another directory of scenarios in the same format may be given to check a different collection.
const DATA = process.env['GIT_FSO_SCENARIOS'] ?? path.resolve(import.meta.dirname, '../../fixtures/conformance');

function canSetImmutable(): boolean {
  const dir = tempDir();
  const works = spawnSync('chattr', ['+i', '--', dir]).status === 0;
  spawnSync('chattr', ['-i', '--', dir]);
  return works;
}

/** Makes a test of each scenario with a golden whose number among them is chosen. */
export function testScenarios(isChosen: (index: number) => boolean): void {
  // Sizes and modes in the goldens are those of files made with this umask.
  process.umask(0o022);
  const chattrWorks = canSetImmutable();
  const files = fs.readdirSync(DATA).filter((name) => name.endsWith('.scn')).sort();
  const scenarios = files.map((file) => ({ file, scenario: parseScenario(fs.readFileSync(path.join(DATA, file), 'latin1')) }));
  // Where the reference fails there is no golden; reference-fails.slow.test.ts says what is expected.
  const withGolden = scenarios.filter(({ scenario }) => !scenario.tags.includes('reference-fails'));
  for (const { file, scenario } of withGolden.filter((_each, index) => isChosen(index))) {
    test.concurrent(file.slice(0, -'.scn'.length), async ({ skip }) => {
      skip(scenario.tags.includes('needs-chattr') && !chattrWorks, 'needs chattr');
      const golden = parseGolden(fs.readFileSync(path.join(DATA, file.replace(/\.scn$/, '.golden')), 'utf8'));
      await runScenario(scenario, golden);
    });
  }
}

/** One scenario of this many is quick enough for every change; the others have their turn with the slow tests. */
export const ONE_OF = 8;
