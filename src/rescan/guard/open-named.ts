import { requirePlainRepository } from '../../git/process/plain-repository.js';
import { Gate } from '../../shadow/gate/gate.js';
import { requireMirror } from '../../shadow/layout/choose-repo.js';
import { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import type { Site } from '../site.js';
import { namedGate } from './site-gate.js';

/** What is done with a shadow repo: `adopt` may also find it where it does not belong, to put that right. */
export type Use = 'read' | 'write' | 'adopt';

/** The gate for a shadow repo that somebody has named. @param site null where nothing is configured */
export function gateFor(site: Site | null, use: Use): Gate {
  const gate = site === null ? new Gate({ isNamed: true }) : namedGate(site);
  return use === 'read' ? gate.forReading : gate;
}

/**
 * Opens a shadow repo that somebody has named.
 * @param directory absolute path of the directory `<uuid>.fso`
 * @param site null where nothing is configured
 * @throws FsoError if there is none, or one that does not pass the gate
 */
export function openNamed(directory: ByteString, site: Site | null, use: Use): ShadowRepo {
  const repo = ShadowRepo.open(directory, gateFor(site, use));
  // Beyond what the gate looks at each time: who names a repo may have got it from anywhere.
  requirePlainRepository(repo.gitDir);
  if (use === 'write' && site !== null) requireMirror(repo, site.location);
  return repo;
}
