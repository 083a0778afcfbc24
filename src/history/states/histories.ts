import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { Checksums } from './checksums.js';
import { RepoHistory } from './repo-history.js';

/** Each holds some open files and trees. */
const OPEN_MAX = 4;

/** A repo that is being asked. */
export interface AskedRepo {
  readonly history: RepoHistory;
  readonly checksums: Checksums;
}

/** The histories of many repos, of which those that were asked last are open; commits of all stay known. Close them when done. */
export class Histories {
  readonly #known = new Map<string, RepoHistory>();
  readonly #open = new Map<string, AskedRepo>();

  /** @throws FsoError, here or later, if something of the repo cannot be read */
  of(repo: ShadowRepo): AskedRepo {
    let asked = this.#open.get(repo.directory);
    if (asked !== undefined) this.#open.delete(repo.directory);
    else {
      const history = this.#known.get(repo.directory) ?? new RepoHistory(repo);
      this.#known.set(repo.directory, history);
      asked = { history, checksums: new Checksums(history) };
    }
    this.#open.set(repo.directory, asked);
    for (const [oldest, { history }] of this.#open) {
      if (this.#open.size <= OPEN_MAX) break;
      history.close();
      this.#open.delete(oldest);
    }
    return asked;
  }

  /** Closes all files. */
  close(): void {
    for (const { history } of this.#open.values()) history.close();
    this.#open.clear();
  }
}
