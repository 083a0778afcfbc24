import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { directoryOf } from '../../git/durable-file.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText, fsPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { MOUNT_OR_ACCEPT } from '../mounts-below.js';
import { guardRoot } from '../root-guard.js';
import { describeHook } from '../run-hook.js';
import type { ChangeHook, Root, Site } from '../types.js';
import type { Finding } from './finding.js';
import { error, warning } from './finding.js';

const FREE_BYTES = 1024 ** 3;
const FREE_INODES = 10_000;

const READ = constants.R_OK | constants.X_OK;
const WRITE = READ | constants.W_OK;

/** Why a path cannot be used in a way, in words; null if it can. */
function obstacle(path: ByteString, mode: number): string | null {
  try {
    accessSync(fsPath(path), mode);
    return null;
  } catch (thrown) {
    const number = thrown instanceof Error && 'errno' in thrown ? Number(thrown.errno) : 0;
    return getSystemErrorMap().get(number)?.[1] ?? String(thrown);
  }
}

/** Checks the shadow root, the roots, and what else the configuration names. */
export function* checkPlaces(site: Site): Generator<Finding> {
  yield* checkShadowRoot(site.location.root);
  for (const root of site.roots) {
    yield* checkRoot(site, root);
    for (const hook of root.onChange) yield* checkHook(hook);
  }
  if (site.metricsFile === null) return;
  const directory = directoryOf(site.metricsFile);
  const reason = obstacle(directory, WRITE);
  if (reason !== null) {
    yield error(textOfBytes(directory), `metrics cannot be written: ${reason}`, 'create it, or correct metrics.textfile in the configuration');
  }
}

function* checkShadowRoot(root: ByteString): Generator<Finding> {
  const subject = textOfBytes(root);
  const stat = statSync(fsPath(root), { throwIfNoEntry: false });
  if (stat === undefined) {
    const reason = obstacle(directoryOf(root), WRITE);
    if (reason === null) yield warning(subject, 'does not exist yet', 'run git-fso rescan, which creates it');
    else yield error(subject, `does not exist, and cannot be created: ${reason}`, 'create it, or correct shadow in the configuration');
    return;
  }
  const reason = obstacle(root, WRITE);
  if (reason !== null) yield error(subject, `cannot be written: ${reason}`, 'check owner, permissions and how it is mounted');
  const { bavail, bsize, files, ffree } = statfsSync(fsPath(root));
  if (bavail * bsize < FREE_BYTES) {
    yield error(subject, `has ${Math.floor((bavail * bsize) / 1024 ** 2)} MiB of free space`, 'free space, or move it to a larger filesystem');
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
      yield error(textOfBytes(place), 'nothing is mounted here, where a filesystem was before; what was on it is not recorded', MOUNT_OR_ACCEPT);
    }
    const reason = obstacle(path, READ);
    if (reason !== null) yield error(subject, `cannot be read: ${reason}`, 'run git-fso as root, or as a user that may read it');
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
  const reason = program.includes('/') ? obstacle(bytesOfText(program), constants.X_OK) : null;
  if (reason !== null) yield error(program, `onChange ${describeHook(hook)}: ${reason}`, 'correct onChange in the configuration');
}
