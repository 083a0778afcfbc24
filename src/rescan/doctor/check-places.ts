import { accessSync, constants, lstatSync, opendirSync, statfsSync } from 'node:fs';
import { directoryOf } from '../../storage/durable-file.js';
import { accessItself } from '../../util/process/access.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText, fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { reasonOf } from '../../util/system-errors/system-error.js';
import { MOUNT_OR_ACCEPT } from '../guard/mounts-below.js';
import { guardRoot } from '../guard/root-guard.js';
import { misplacedRoots } from '../guard/root-places.js';
import { describeHook } from '../hooks/run-hook.js';
import type { ChangeHook, Root, Site } from '../site.js';
import type { Finding } from './finding.js';
import { error, warning } from './finding.js';

const FREE_BYTES = 1024 ** 3;
const FREE_INODES = 10_000;

const read = (path: ByteString): void => {
  opendirSync(fsPath(path)).closeSync();
  lstatSync(fsPath(joinPath(path, '.')));
};
const write = (path: ByteString): void => {
  read(path);
  accessItself(path, constants.W_OK);
};
/** Git asks access(2), which does not count capabilities. */
const withoutCapabilities = (path: ByteString): void => accessSync(fsPath(path), constants.W_OK);
const execute = (path: ByteString): void => accessItself(path, constants.X_OK);

/** Why a path cannot be used in a way, in words; null if it can. */
function obstacle(path: ByteString, attempt: (path: ByteString) => void): string | null {
  try {
    attempt(path);
    return null;
  } catch (thrown) {
    return reasonOf(thrown);
  }
}

function errorOfAccess(path: ByteString): string | undefined {
  try {
    lstatSync(fsPath(path));
    return undefined;
  } catch (thrown) {
    return errnoOf(thrown);
  }
}

/** Checks the shadow root, the roots, and what else the configuration names. */
export function* checkPlaces(site: Site): Generator<Finding> {
  yield* checkShadowRoot(site.location.root);
  yield* checkOverlaps(site);
  for (const root of site.roots) {
    yield* checkRoot(site, root);
    for (const hook of root.onChange) yield* checkHook(hook);
  }
  if (site.metricsFile === null) return;
  const directory = directoryOf(site.metricsFile);
  const reason = obstacle(directory, write);
  if (reason !== null) {
    yield error(
      textOfBytes(directory),
      `metrics cannot be written: ${reason}`,
      'create it, or correct metrics.textfile in the configuration',
    );
  }
}

function* checkOverlaps(site: Site): Generator<Finding> {
  try {
    for (const { index, message } of misplacedRoots(site)) {
      yield error(
        textOfBytes(site.roots[index]!.path),
        message,
        'correct the configuration, or the links and mounts; until then nothing is recorded',
      );
    }
  } catch (thrown) {
    if (!(thrown instanceof FsoError)) throw thrown;
    yield error(textOfBytes(site.location.root), thrown.message, thrown.remedy ?? 'correct the configuration');
  }
}

function* checkShadowRoot(root: ByteString): Generator<Finding> {
  const subject = textOfBytes(root);
  const failure = errorOfAccess(root);
  if (failure === 'ENOENT') {
    const reason = obstacle(directoryOf(root), write);
    if (reason === null) yield warning(subject, 'does not exist yet', 'run git-fso rescan, which creates it');
    else yield error(subject, `does not exist, and cannot be created: ${reason}`, 'create it, or correct shadow in the configuration');
    return;
  }
  const reason = obstacle(root, write);
  if (reason !== null) yield error(subject, `cannot be written: ${reason}`, 'check owner, permissions and how it is mounted');
  else if (obstacle(root, withoutCapabilities) !== null) {
    yield error(
      subject,
      'cannot be reached without the right to read everything, as Git wants to',
      'let its user enter all directories on the way there: chmod o+x',
    );
  }
  if (failure !== undefined) return;
  const { bavail, bsize, files, ffree } = statfsSync(fsPath(root));
  if (bavail * bsize < FREE_BYTES) {
    yield error(
      subject,
      `has ${Math.floor((bavail * bsize) / 1024 ** 2)} MiB of free space`,
      'free space, or move it to a larger filesystem',
    );
  }
  // Some filesystems have no fixed number of inodes and say 0.
  if (files > 0 && ffree < FREE_INODES) {
    yield error(subject, `has ${ffree} free inodes`, 'remove files there, run git-fso gc, or move it to a larger filesystem');
  }
}

function* checkRoot({ location }: Site, { path, schedule, facets }: Root): Generator<Finding> {
  const subject = textOfBytes(path);
  try {
    const guard = guardRoot(location, path, false);
    for (const place of guard.unmounted()) {
      yield error(
        textOfBytes(place),
        'nothing is mounted here, where a filesystem was before; what was on it is not recorded',
        MOUNT_OR_ACCEPT,
      );
    }
    const reason = obstacle(path, read);
    if (reason !== null)
      yield error(subject, `cannot be read: ${reason}`, 'run git-fso as a user that may read it, such as one with CAP_DAC_READ_SEARCH');
  } catch (thrown) {
    if (!(thrown instanceof FsoError)) throw thrown;
    yield error(subject, thrown.message.replace(`${subject}: `, ''), thrown.remedy ?? 'mount its filesystem');
  }
  if (schedule.size === 0) return;
  const never = facets.filter((facet) => !schedule.has(facet));
  if (never.length > 0) yield warning(subject, `${never.join(', ')}: never due`, 'add a schedule for it, or remove it from facets');
}

/** Only names with a slash: others depend on PATH, which may differ between here and a service. */
function* checkHook(hook: ChangeHook): Generator<Finding> {
  const [program = ''] = hook.kind === 'shell' ? ['/bin/sh'] : hook.command;
  const reason = program.includes('/') ? obstacle(bytesOfText(program), execute) : null;
  if (reason !== null) yield error(program, `onChange ${describeHook(hook)}: ${reason}`, 'correct onChange in the configuration');
}
