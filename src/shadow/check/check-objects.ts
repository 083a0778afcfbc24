import { readLooseObject } from '../../git/objects/loose-object.js';
import { DamagedObjectError } from '../../git/objects/object-errors.js';
import { hashObject, oidFromHex } from '../../git/objects/object-id.js';
import { runGit } from '../../git/process/run-git.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { Finding } from './check-finding.js';
import { RESTORE } from './check-finding.js';
import { namesIn, subdirectoriesIn } from '../layout/directory-names.js';
import { DAMAGED, putAside } from './put-aside.js';

/** Names that a realdir may have, but that Git objects to because of other operating systems. */
const HARMLESS = [
  'hasDotgit',
  'gitmodulesSymlink',
  'gitmodulesBlob',
  'gitmodulesMissing',
  'gitmodulesParse',
  'gitmodulesName',
  'gitmodulesUrl',
  'gitmodulesPath',
];

/** Trees of version 0.2.0, which has recorded names twice; those of the newest commits are told, and mended, one by one. */
const OLD_DOUBLE = /^error in tree [0-9a-f]{40}: duplicateEntries:/;

/** More lines of Git than this are only counted: one damaged pack may make thousands. */
const LINES_MAX = 50;

/**
 * Checks loose objects one by one. A damaged one is of no use to anybody, but in the way: Git takes
 * it for an object that is there already. So the repair puts it aside.
 */
export async function* checkLooseObjects(gitDir: ByteString, yieldTurn: YieldTurn): AsyncGenerator<Finding> {
  const objects = joinPath(gitDir, 'objects');
  for (const fan of subdirectoriesIn(objects).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    for (const rest of namesIn(joinPath(objects, fan)).filter((name) => /^[0-9a-f]{38}$/.test(name))) {
      const pause = yieldTurn();
      if (pause !== undefined) await pause;
      const what = problemOf(objects, `${fan}${rest}`);
      if (what === null) continue;
      const file = `objects/${fan}/${rest}`;
      const repair = (): void => putAside(gitDir, file);
      yield {
        severity: 'error',
        place: joinPath(gitDir, file),
        what,
        remedy: `move it to .git/${DAMAGED}, out of the way of a good copy`,
        repair,
      };
    }
  }
}

function problemOf(objects: ByteString, hex: string): string | null {
  const oid = oidFromHex(hex);
  try {
    const object = readLooseObject(objects, oid);
    if (object === null || hashObject(object.type, object.body) === oid) return null;
    return 'the content is not that of this object';
  } catch (error) {
    if (!(error instanceof DamagedObjectError)) throw error;
    return error.message.slice(error.message.indexOf(': ') + 2);
  }
}

/** Has Git check all objects, and that everything that refs need is there. */
export async function checkWithGit(gitDir: ByteString, signal: AbortSignal | undefined): Promise<Finding[]> {
  const settings = HARMLESS.flatMap((name) => ['-c', `fsck.${name}=ignore`]);
  const args = [...settings, 'fsck', '--full', '--strict', '--no-dangling', '--no-progress'];
  const { stdout, stderr, status } = await runGit(gitDir, args, signal === undefined ? {} : { signal });
  const lines = `${stderr}${stdout.toString('utf8')}`.split('\n').filter((line) => line !== '' && !line.startsWith('notice:'));
  const findings = lines.slice(0, LINES_MAX).map((line): Finding => {
    if (OLD_DOUBLE.test(line)) return { severity: 'note', place: gitDir, what: `git fsck: ${line}`, remedy: null };
    const isWarning = line.startsWith('warning');
    return { severity: isWarning ? 'note' : 'error', place: gitDir, what: `git fsck: ${line}`, remedy: isWarning ? null : RESTORE };
  });
  if (lines.length > LINES_MAX) {
    const what = `git fsck: … and ${lines.length - LINES_MAX} more lines`;
    findings.push({ severity: 'note', place: gitDir, what, remedy: 'run `git fsck --full --strict` in the shadow repo to see them' });
  }
  if (status !== 0 && lines.length <= LINES_MAX && lines.every((line) => OLD_DOUBLE.test(line))) return findings;
  if (status !== 0 && !findings.some(({ severity }) => severity === 'error')) {
    findings.push({ severity: 'error', place: gitDir, what: `git fsck: exit status ${status}`, remedy: RESTORE });
  }
  return findings;
}
