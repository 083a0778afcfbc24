import { RepoCoverage } from '../../facets/coverage.js';
import { directoryOf } from '../../storage/durable-file.js';
import { shadowReposIn } from '../../shadow/layout/find-repo.js';
import { Gate } from '../../shadow/gate/gate.js';
import type { ShadowLocation } from '../../shadow/layout/locate.js';
import { mirrorOf } from '../../shadow/layout/locate.js';
import { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { Root } from '../site.js';
import type { ByteString } from '../../util/byte-string.js';

/** Tells which directories are recorded by the shadow repo of a directory above them, file by file or in a summary. */
export class RecordedPlaces {
  /** By realdir; what was opened once is asked again and again. */
  private readonly known = new Map<ByteString, readonly RepoCoverage[]>();

  private readonly gate: Gate;

  /** @param onUnreadable is told, once, about each realdir whose shadow repo cannot say what it records */
  constructor(
    private readonly location: ShadowLocation,
    roots: readonly Root[],
    private readonly onUnreadable: (realdir: ByteString, error: unknown) => void,
  ) {
    this.gate = new Gate({ shadowRoot: location.root, roots, readsOnly: true });
  }

  /** True if a shadow repo above the directory, an absolute path, records it in any way. */
  isRecorded(directory: ByteString): boolean {
    for (let above = directory; above !== '/'; ) {
      above = directoryOf(above);
      const path = directory.slice(above === '/' ? 1 : above.length + 1);
      if (this.reposOf(above).some((repo) => this.covers(above, repo, path))) return true;
    }
    return false;
  }

  /** Of files and symbolic links in one directory, an absolute path, those that no shadow repo records in any way. */
  filesLeft(directory: ByteString, names: readonly ByteString[]): readonly ByteString[] {
    let left = names;
    for (let above = directory; left.length > 0; above = directoryOf(above)) {
      const path = above === directory ? '' : directory.slice(above === '/' ? 1 : above.length + 1);
      for (const repo of this.reposOf(above)) left = this.asked(above, repo, () => repo.filesLeft(path, left)) ?? left;
      if (above === '/') break;
    }
    return left;
  }

  /** Closes all files. */
  close(): void {
    for (const repos of this.known.values()) for (const repo of repos) repo.close();
    this.known.clear();
  }

  private covers(realdir: ByteString, repo: RepoCoverage, path: ByteString): boolean {
    return this.asked(realdir, repo, () => repo.of(path) !== 'ignored') ?? false;
  }

  /** Null if the repo cannot say it; then it is not asked again. */
  private asked<T>(realdir: ByteString, repo: RepoCoverage, ask: () => T): T | null {
    try {
      return ask();
    } catch (error) {
      this.known.set(realdir, this.reposOf(realdir).filter((each) => each !== repo));
      repo.close();
      this.onUnreadable(realdir, error);
      return null;
    }
  }

  private reposOf(realdir: ByteString): readonly RepoCoverage[] {
    let repos = this.known.get(realdir);
    if (repos === undefined) {
      repos = this.shadowReposOf(realdir).flatMap((shadow) => this.open(shadow, realdir));
      this.known.set(realdir, repos);
    }
    return repos;
  }

  private shadowReposOf(realdir: ByteString): readonly ByteString[] {
    try {
      return shadowReposIn(mirrorOf(this.location, realdir));
    } catch (error) {
      this.onUnreadable(realdir, error);
      return [];
    }
  }

  private open(shadow: ByteString, realdir: ByteString): RepoCoverage[] {
    try {
      const repo = ShadowRepo.open(shadow, this.gate);
      // One that was put here, but observes another directory, says nothing about this one.
      return repo.realdir === realdir ? [new RepoCoverage(repo)] : [];
    } catch (error) {
      this.onUnreadable(realdir, error);
      return [];
    }
  }
}
