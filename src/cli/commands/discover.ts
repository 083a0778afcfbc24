import type { Command } from 'commander';
import { planRoot } from '../../rescan/plan.js';
import { joinPath } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { ExitStatus } from '../../util/errors.js';
import type { ConfigFlags } from '../config-options.js';
import { addConfigOptions, loadSite } from '../config-options.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { jsonError, jsonPath } from '../render/json-values.js';
import { describeError } from '../render/rescan-text.js';
import { safePath } from '../render/safe-text.js';

type Found = 'known' | 'missing' | 'candidate' | 'ignored';

interface DiscoverFlags extends ConfigFlags {
  readonly untracked?: boolean;
  readonly json?: boolean;
}

/** `git-fso discover`: what the naming rules find. */
export function registerDiscover(program: Command, context: CliContext): void {
  const command = program
    .command('discover')
    .summary('list candidates, known repos and ignored directories')
    .description('Applies the naming rules of the configured roots and lists what they find. Changes nothing.')
    .option('--untracked', 'only directories that nobody tracks: candidates and ignored ones')
    .option('--json', 'write one JSON object a line')
    .action(async (flags: DiscoverFlags) => {
      const site = await loadSite(context, flags);
      const show = (found: Found, path: ByteString): void => {
        if (flags.untracked === true && (found === 'known' || found === 'missing')) return;
        const json = { state: found, ...jsonPath('path', path) };
        context.stdout.write(flags.json === true ? `${JSON.stringify(json)}\n` : `${found.padEnd(9)} ${safePath(path)}\n`);
      };
      for (const root of site.roots) {
        const { repos, ignored, unreadable } = await planRoot(site, root, context.signal);
        for (const { realdir, shadow, missing } of repos) {
          show(shadow === null ? 'candidate' : missing ? 'missing' : 'known', realdir);
        }
        for (const path of ignored) show('ignored', path === '.' ? root.path : joinPath(root.path, path));
        for (const { path, error } of unreadable) {
          const place = joinPath(root.path, path);
          if (flags.json === true) {
            context.stdout.write(`${JSON.stringify({ state: 'unreadable', ...jsonPath('path', place), error: jsonError(error) })}\n`);
          } else {
            context.stderr.write(`unreadable ${safePath(place)}: ${describeError(error)}\n`);
          }
          context.exitStatus = ExitStatus.partial;
        }
      }
    });
  addConfigOptions(command);
  describeUse(command, ['git-fso discover', 'git-fso discover --untracked --root /projects'], [0, 1, 2, 3]);
}
