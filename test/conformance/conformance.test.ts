import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'vitest';
import { tempDir } from '../harness/index.js';
import { parseGolden } from './golden-parser.js';
import { runScenario } from './run-scenario.js';
import { parseScenario } from './scenario-parser.js';

// Another directory of scenarios in the same format may be given to check a different collection.
const DATA = process.env['GIT_FSO_SCENARIOS'] ?? path.resolve(import.meta.dirname, '../../fixtures/conformance');

// Sizes and modes in the goldens are those of files made with this umask.
process.umask(0o022);

function canSetImmutable(): boolean {
  const dir = tempDir();
  const works = spawnSync('chattr', ['+i', '--', dir]).status === 0;
  spawnSync('chattr', ['-i', '--', dir]);
  return works;
}

describe('git-fso records what the goldens say', () => {
  const chattrWorks = canSetImmutable();
  for (const file of fs.readdirSync(DATA).filter((name) => name.endsWith('.scn')).sort()) {
    const scenario = parseScenario(fs.readFileSync(path.join(DATA, file), 'latin1'));
    test.concurrent(file.slice(0, -'.scn'.length), async ({ skip }) => {
      skip(scenario.tags.includes('reference-fails'), 'there is no golden; other tests say what is expected');
      skip(scenario.tags.includes('needs-chattr') && !chattrWorks, 'chattr +i does not work here');
      const golden = parseGolden(fs.readFileSync(path.join(DATA, file.replace(/\.scn$/, '.golden')), 'utf8'));
      await runScenario(scenario, golden);
    });
  }
});
