import type { Command } from 'commander';
import type { StubChange } from '../../stub/edit-stub.js';
import { editStub } from '../../stub/edit-stub.js';
import { previewStub } from '../../stub/preview-stub.js';
import { readStub } from '../../shadow/stub/read-stub.js';
import { editCopies } from '../../shadow/stub/stub-draft.js';
import { withIgnorePattern, withNogbundlePattern } from '../../stub/stub-rules.js';
import { bytesOfText } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { runEditor } from '../editor.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { printAppliedStub, printStub, printStubJson, printStubPreview } from '../render/stub-text.js';

interface DryRunFlag {
  readonly dryRun?: boolean;
}

const DRY_RUN = ['--dry-run', 'say how many recorded paths would go or come, and change nothing'] as const;

/** Commits and applies a change of the stub, or tells what it would mean. */
async function change(context: CliContext, what: string, make: StubChange, { dryRun = false }: DryRunFlag): Promise<void> {
  const repo = await openShadowRepo(context, dryRun ? 'read' : 'write');
  if (dryRun) return printStubPreview(context, await previewStub(repo, make(readStub(repo)), context));
  const { stub, applied } = await editStub(repo, make, what, runOptionsOf(context, 'stub'));
  context.stdout.write(stub === null ? 'stub: no changes\n' : 'stub: committed\n');
  printAppliedStub(context, applied);
}

function registerShow(stub: Command, context: CliContext): void {
  const command = stub
    .command('show')
    .summary('print the stub')
    .description('Prints the files of the stub as they are committed, and the subdir tracking that they stand for.')
    .option('--json', 'as JSON')
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      (json ? printStubJson : printStub)(context, readStub(await openShadowRepo(context, 'read')));
    });
  describeUse(command, ['git-fso stub show'], [0, 1, 2]);
}

function registerIgnore(stub: Command, context: CliContext): void {
  const command = stub
    .command('ignore')
    .summary('do not track new paths that match')
    .description('Adds a pattern to .gitignore, commits and applies it. What is tracked already stays until it is deleted.')
    .argument('<pattern>', 'in the syntax of gitignore(5), relative to the real directory')
    .option(...DRY_RUN)
    .action(async (pattern: string, flags: DryRunFlag) => {
      const make: StubChange = (current) => withIgnorePattern(current, bytesOfText(pattern));
      await change(context, `stub ignore ${pattern}`, make, flags);
    });
  describeUse(command, ["git-fso stub ignore --dry-run '*.tmp'", 'git-fso stub ignore /scratch/'], [0, 1, 2, 3, 4]);
}

function registerBundle(stub: Command, context: CliContext): void {
  const command = stub
    .command('bundle')
    .summary('record directories as summaries')
    .description(
      'Makes the directories that match nogbundles: each is recorded as one summary instead of file by file. Adds ' +
        'the pattern to all three files, with its parents in .nogbundles, commits and applies it.',
    )
    .argument('<pattern>', 'like /data/*/, relative to the real directory')
    .option(...DRY_RUN)
    .action(async (pattern: string, flags: DryRunFlag) => {
      const make: StubChange = (current) => withNogbundlePattern(current, bytesOfText(pattern));
      await change(context, `stub bundle ${pattern}`, make, flags);
    });
  describeUse(command, ["git-fso stub bundle --dry-run '/data/*/'"], [0, 1, 2, 3, 4]);
}

function registerEdit(stub: Command, context: CliContext): void {
  const command = stub
    .command('edit')
    .summary('edit the stub in an editor')
    .description('Opens copies of the three files in $VISUAL or $EDITOR; commits and applies what was changed.')
    .option(...DRY_RUN)
    .action(async (flags: DryRunFlag) => {
      const before = readStub(await openShadowRepo(context, 'write'));
      const edited = await editCopies(before, (paths) => runEditor(context.env, paths));
      const make: StubChange = (current) => {
        const names = Object.keys(edited) as (keyof typeof edited)[];
        if (names.every((name) => current[name] === before[name])) return edited;
        throw new FsoError('the stub was changed by somebody else meanwhile; nothing was changed', {
          remedy: 'run git-fso stub edit again',
        });
      };
      await change(context, 'stub edit', make, flags);
    });
  describeUse(command, ['git-fso stub edit', 'EDITOR=nano git-fso stub edit --dry-run'], [0, 1, 2, 3, 4]);
}

/** `git-fso stub`: the configuration of a shadow repo. */
export function registerStub(program: Command, context: CliContext): void {
  const stub = program
    .command('stub')
    .summary('show and change what is tracked')
    .description('The stub of a shadow repo says what is tracked, and how: .gitignore, .gitattributes and .nogbundles.');
  for (const register of [registerShow, registerIgnore, registerBundle, registerEdit]) register(stub, context);
  for (const command of stub.commands) command.allowExcessArguments(false);
  describeUse(stub, ['git-fso stub show', "git-fso stub bundle '/data/*/'"], [0, 1, 2, 3, 4]);
}
