import type { AppliedStub } from '../../stub/apply-stub.js';
import type { StubPreview } from '../../stub/preview-stub.js';
import type { StubFiles } from '../../shadow/stub/stub-files.js';
import { STUB_FILE_NAMES, trackingOf } from '../../shadow/stub/stub-files.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import type { CliContext } from '../context.js';
import { reportProblems } from './facet-text.js';
import { jsonText } from './json-text.js';
import { safePath } from '../../util/text/safe-text.js';

/** How many directories are listed one by one. */
const MAX_LISTED = 20;

/** Prints which facets got the stub. */
export function printAppliedStub(context: CliContext, applied: readonly AppliedStub[]): void {
  for (const { facet, commit, conflicts } of applied) {
    context.stdout.write(`${facet}: ${commit === null ? 'up to date' : 'applied'}\n`);
    for (const path of conflicts) {
      context.stderr.write(`warning: ${facet}: ${safePath(path)}: also changed by the stub; the record was kept\n`);
    }
  }
}

/** Prints the files of the stub, and the way of tracking that they stand for. */
export function printStub(context: CliContext, stub: StubFiles): void {
  const lines = [`subdir tracking: ${trackingOf(stub) ?? 'edited by hand'}`];
  for (const name of STUB_FILE_NAMES) {
    const text = stub[name];
    lines.push(text === undefined ? `${name}: does not exist` : text === '' ? `${name}: empty` : `${name}:`);
    for (const line of (text ?? '').split('\n').slice(0, -1)) lines.push(`  ${safePath(line)}`);
    const rest = text?.slice(text.lastIndexOf('\n') + 1) ?? '';
    if (rest !== '') lines.push(`  ${safePath(rest)}`);
  }
  context.stdout.write(`${lines.join('\n')}\n`);
}

/** Prints the files of the stub as JSON. */
export function printStubJson(context: CliContext, stub: StubFiles): void {
  const files = Object.fromEntries(STUB_FILE_NAMES.flatMap((name) => {
    const text = stub[name];
    return text === undefined ? [] : [[name, textOfBytes(text)]];
  }));
  context.stdout.write(`${jsonText({ subdirTracking: trackingOf(stub), files })}\n`);
}

function directories(label: string, paths: readonly ByteString[]): string[] {
  const more = paths.length > MAX_LISTED ? [`  … and ${paths.length - MAX_LISTED} more`] : [];
  return [`${label}: ${paths.length}`, ...paths.slice(0, MAX_LISTED).map((path) => `  ${safePath(path)}/`), ...more];
}

/** Prints what a change of the stub would mean. */
export function printStubPreview(context: CliContext, preview: StubPreview): void {
  const lines = [
    `recorded paths that would be ignored if they were new (they stay until they are deleted): ${preview.ignored}`,
    ...directories('directories that would become nogbundles', preview.bundled),
    `recorded paths below them, which the summaries would replace: ${preview.replaced}`,
    ...directories('directories that would not be nogbundles any more', preview.unbundled),
    `paths that the next stat would record in addition: ${preview.appearing}`,
  ];
  context.stdout.write(`${lines.join('\n')}\n`);
  reportProblems(context, { problems: preview.problems, warnings: [] });
}
