import { existsSync } from 'node:fs';
import { Ground } from '../../history/places/ground.js';
import type { OnProblem } from '../../history/places/ground.js';
import { partsOf } from '../../history/places/parts.js';
import { OpenIndex } from '../../record-index/tables/open-index.js';
import { updateIndex } from '../../record-index/update/update-index.js';
import { makeReport } from '../../report/report.js';
import { Places } from '../../shadow/layout/places.js';
import { writeFileDurable } from '../../storage/durable-file.js';
import { fileModeOf, makeDirectory } from '../../storage/file-mode.js';
import { CLOSED } from '../../shadow/access/access.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { RescanContext } from '../context.js';
import type { ReportPlan, Site } from '../site.js';
import { nameOf, WHOLE_REPORT } from './report-names.js';
import { troublesOf } from './troubles.js';

/**
 * Writes the reports of a site: one for each root, and one for all. Each replaces the one before as a whole.
 * @param onProblem told of repos that cannot be asked
 * @throws FsoError if they cannot be written, or the index cannot be made
 */
export async function writeReports({ options, clock }: RescanContext, site: Site, plan: ReportPlan, onProblem: OnProblem): Promise<void> {
  const { output } = plan;
  requireElsewhere(site, output);
  const mode = site.shadowMode === 'mirror' ? CLOSED : site.shadowMode;
  if (!existsSync(fsPath(output))) makeDirectory(output, mode);
  const ground = new Ground(site.location, site.roots);
  const yieldTurn = yieldRegularly(options.signal);
  await updateIndex(ground, { ...options, yieldTurn, onProblem });
  const index = await OpenIndex.open(site.location.root, 'git-fso report');
  try {
    const now = Math.floor(clock.now().getTime() / 1000);
    const write = async (name: ByteString, asked: readonly ByteString[]): Promise<void> => {
      const text = await makeReport(index, {
        asked, now, onProblem, yieldTurn,
        parts: partsOf(ground, asked.length === 0 ? null : asked, onProblem),
        places: asked.length === 0 ? site.roots.map(({ path }) => path) : asked,
        since: now - Math.floor(plan.periodMs / 1000),
        troubles: await troublesOf(site, asked, options.signal),
        signal: options.signal,
      });
      writeFileDurable(joinPath(output, name), text, fileModeOf(mode));
    };
    const recorded = site.roots.filter(({ path }) => ground.realdirs(path).length > 0);
    for (const { path } of recorded) await write(nameOf(path), [path]);
    await write(WHOLE_REPORT, []);
  } finally {
    index.close();
  }
}

/** Nothing is ever written where strangers keep their files. */
function requireElsewhere({ roots }: Site, output: ByteString): void {
  const places = new Places();
  const root = roots.find(({ path }) => places.pathFrom(path, output) !== null);
  if (root === undefined) return;
  throw new FsoError(`${textOfBytes(output)}: reports would be written into the root ${textOfBytes(root.path)}`, {
    remedy: 'name another directory in the configuration, as output of report',
  });
}
