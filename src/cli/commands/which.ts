import type { Command } from 'commander';
import { recordedPath } from '../../history/places/typed-path.js';
import type { CoveringRepo } from '../../history/places/which.js';
import { coverageBy } from '../../history/places/which.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { safePath } from '../../util/text/safe-text.js';
import type { PlaceFlags } from '../asked-parts.js';
import { addPlaceOptions, groundOf, placesOf, tellProblem } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { openPlace } from '../open-repo.js';
import { jsonLine } from '../render/json-text.js';
import { jsonPath } from '../render/json-values.js';
import { formatTable } from '../render/table.js';

interface WhichFlags extends PlaceFlags {
  readonly json?: boolean;
}

interface Asked {
  readonly path: ByteString;
  readonly repos: readonly CoveringRepo[];
  /** No realdir with a shadow repo has it. */
  readonly isUncovered: boolean;
}

async function askedPaths(context: CliContext, flags: WhichFlags, operands: readonly string[]): Promise<Asked[]> {
  const ground = await groundOf(context, flags);
  if (context.isDirectoryNamed || ground === null) {
    const { repo, path: from } = await openPlace(context, 'read', flags);
    return operands.map((operand) => {
      const relative = recordedPath(repo, operand, from);
      const path = relative === '' ? repo.realdir : joinPath(repo.realdir, relative);
      return { path, repos: coverageBy([repo], path), isUncovered: false };
    });
  }
  const places = await placesOf(context, ground, flags, operands);
  return places.map((place) => {
    const path = ground.named(place);
    let isBroken = false;
    const repos = ground.reposAbove(path, (_realdir, error) => {
      isBroken = true;
      tellProblem(context, error);
    });
    return { path, repos: coverageBy(repos, path), isUncovered: repos.length === 0 && !isBroken };
  });
}

function rowsOf({ path, repos, isUncovered }: Asked): string[][] {
  if (isUncovered) return [[safePath(path), 'none', '-', '-']];
  return repos.map(({ repo, coverage, responsible }) => [
    safePath(path),
    responsible ? `${coverage}, responsible` : coverage,
    safePath(repo.realdir),
    safePath(repo.directory),
  ]);
}

/** `git-fso which`: the repos that cover paths. */
export function registerWhich(program: Command, context: CliContext): void {
  const command = addPlaceOptions(
    program
      .command('which')
      .summary('tell which repos cover a path')
      .description(
        'Tells which shadow repos cover paths, the innermost first, and how: file, as a file of its own; summary, in a sum of more; ' +
          'ignored, by the rules of the stub; none, not at all, or by no repo. The first one that records it file by file is ' +
          'responsible for it, for archiving, too. Realdirs are not looked at, so their .gitignore files do not count.',
      )
      .argument('<path...>', 'files or directories, which may be gone')
      .option('--json', 'write one JSON object a line'),
  ).action(async (operands: string[], flags: WhichFlags) => {
    const asked = await askedPaths(context, flags, operands);
    if (flags.json !== true) {
      const header = ['path', 'recorded', 'realdir', 'shadow repo'];
      context.stdout.write(formatTable(header, asked.flatMap(rowsOf), ['left', 'left', 'left', 'left']));
      return;
    }
    for (const { path, repos, isUncovered } of asked) {
      if (isUncovered) {
        const nowhere = { ...jsonPath('path', path), realdir: null, shadow: null };
        context.stdout.write(jsonLine({ ...nowhere, coverage: 'none', responsible: false }));
      }
      for (const { repo, coverage, responsible } of repos) {
        const places = { ...jsonPath('path', path), ...jsonPath('realdir', repo.realdir), ...jsonPath('shadow', repo.directory) };
        context.stdout.write(jsonLine({ ...places, coverage, responsible }));
      }
    }
  });
  describeUse(command, ['git-fso which /projects/foo/data/a.csv', 'git-fso which --json .'], [0, 1, 2]);
}
