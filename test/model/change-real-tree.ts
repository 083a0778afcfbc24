import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { ByteString } from '../../src/util/byte-string.js';
import type { Change, Place, RepositoryShape } from './operations.js';

/** Modification times; negative ones and those of our days, whole and fractional. */
const TIMES: readonly Date[] | readonly number[] = [
  1_500_000_000, 1_500_000_001, 1_400_000_000.25, 0, 0.999999, 100_000.999999999, 4_102_444_800.5,
];
const EARLY_TIMES = [-1500, -1, -2_147_483_648_000, -1000].map((ms) => new Date(ms));
const ALL_TIMES = [...TIMES, ...EARLY_TIMES];

const bytes = (path: ByteString): Buffer => Buffer.from(path, 'latin1');

/** Changes a real directory, and nothing outside of it. */
export class RealDirectoryEditor {
  /** @param fifo a FIFO on the same filesystem; a link to it is cheaper than a new one */
  constructor(
    private readonly root: ByteString,
    private readonly names: readonly ByteString[],
    private readonly fifo: ByteString,
  ) {}

  apply(change: Change): void {
    if (change.op === 'toplevel') {
      if (change.there) fs.mkdirSync(this.root, { recursive: true });
      else fs.rmSync(this.root, { recursive: true, force: true });
      return;
    }
    if (!fs.existsSync(this.root)) return;
    switch (change.op) {
      case 'write': return this.write(this.resolve(change.at), Buffer.alloc(change.size, change.fill + 0x61), change.time);
      case 'replace': return this.replace(this.resolve(change.at), change.by, change.time);
      case 'remove': return this.withPath(change.path, (path) => fs.rmSync(bytes(path), { recursive: true }));
      case 'move': return this.withPath(change.path, (path) => this.move(path, this.resolve(change.at)));
      case 'link': return this.withPath(change.path, (path) => this.link(path, this.resolve(change.at)));
      case 'touch': return this.touch(pick([`${this.root}/.`, ...this.paths()], change.path), change.time);
      case 'chmod': return this.withPath(change.path, (path) => this.chmod(path, change.mode));
      case 'ignore': return this.ignore(this.directory(change.directory), change.rules);
      case 'repository': return this.repository(change.at === null ? this.root : this.resolve(change.at), change.shape, change.commit);
    }
  }

  /** All paths, Git directories and what is below them aside. */
  private paths(at: ByteString = this.root): ByteString[] {
    return fs.readdirSync(bytes(at), 'latin1').sort().flatMap((name) => {
      if (name === '.git' || name === '.gitreal') return [];
      const path = `${at}/${name}`;
      return fs.lstatSync(bytes(path)).isDirectory() ? [path, ...this.paths(path)] : [path];
    });
  }

  private directory(index: number): ByteString {
    return pick([this.root, ...this.paths().filter((path) => fs.lstatSync(bytes(path)).isDirectory())], index);
  }

  private resolve({ directory, name }: Place): ByteString {
    return `${this.directory(directory)}/${pick(this.names, name)}`;
  }

  private withPath(index: number, action: (path: ByteString) => void): void {
    const paths = this.paths();
    if (paths.length > 0) action(pick(paths, index));
  }

  private write(path: ByteString, content: Buffer, time: number): void {
    const kind = fs.lstatSync(bytes(path), { throwIfNoEntry: false });
    if (kind !== undefined && !kind.isFile()) return;
    fs.writeFileSync(bytes(path), content);
    this.touch(path, time);
  }

  private replace(path: ByteString, by: (Change & { op: 'replace' })['by'], time: number): void {
    fs.rmSync(bytes(path), { recursive: true, force: true });
    if (by === 'file') fs.writeFileSync(bytes(path), 'new');
    else if (by === 'directory') fs.mkdirSync(bytes(path));
    else if (by === 'symlink') fs.symlinkSync(bytes(`to ${time}\n\xe9/..`), bytes(path));
    else fs.linkSync(this.fifo, bytes(path));
    this.touch(path, time);
  }

  private move(from: ByteString, to: ByteString): void {
    if (from === to || to.startsWith(`${from}/`) || from.startsWith(`${to}/`)) return;
    fs.rmSync(bytes(to), { recursive: true, force: true });
    fs.renameSync(bytes(from), bytes(to));
  }

  private link(from: ByteString, to: ByteString): void {
    if (!fs.lstatSync(bytes(from)).isFile() || fs.lstatSync(bytes(to), { throwIfNoEntry: false }) !== undefined) return;
    fs.linkSync(bytes(from), bytes(to));
  }

  private touch(path: ByteString, time: number): void {
    const when = pick(ALL_TIMES, time);
    fs.lutimesSync(bytes(path), when, when);
  }

  private chmod(path: ByteString, mode: number): void {
    if (!fs.lstatSync(bytes(path)).isSymbolicLink()) fs.chmodSync(bytes(path), mode);
  }

  private ignore(directory: ByteString, rules: readonly string[]): void {
    fs.rmSync(bytes(`${directory}/.gitignore`), { recursive: true, force: true });
    if (rules.length > 0) fs.writeFileSync(bytes(`${directory}/.gitignore`), rules.map((rule) => `${rule}\n`).join(''));
  }

  private repository(directory: ByteString, shape: RepositoryShape, commit: number): void {
    if (fs.lstatSync(bytes(directory), { throwIfNoEntry: false })?.isDirectory() !== true) this.replace(directory, 'directory', commit);
    const dotGit = `${directory}/.git`;
    for (const name of [dotGit, `${directory}/.gitreal`]) fs.rmSync(bytes(name), { recursive: true, force: true });
    if (shape === 'hollow') fs.mkdirSync(bytes(dotGit));
    else if (shape === 'dangling') fs.writeFileSync(bytes(dotGit), 'gitdir: .gitreal\n');
    else if (shape === 'pointer') {
      fs.writeFileSync(bytes(dotGit), 'gitdir: .gitreal\n');
      this.gitDirectory(`${directory}/.gitreal`, shape, commit);
    } else this.gitDirectory(dotGit, shape, commit);
  }

  private gitDirectory(path: ByteString, shape: RepositoryShape, commit: number): void {
    const id = createHash('sha1').update(`commit ${commit}`).digest('hex');
    for (const name of ['', 'objects', 'refs', 'refs/heads']) fs.mkdirSync(bytes(`${path}/${name}`));
    fs.writeFileSync(bytes(`${path}/HEAD`), shape === 'detached' ? `${id}\n` : 'ref: refs/heads/main\n');
    if (shape === 'packed')
      fs.writeFileSync(bytes(`${path}/packed-refs`), `# pack-refs with: peeled fully-peeled sorted \n${id} refs/heads/main\n`);
    else if (shape !== 'unborn') fs.writeFileSync(bytes(`${path}/refs/heads/main`), `${id}\n`);
  }
}

function pick<T>(list: readonly T[], index: number): T {
  const chosen = list[index % list.length];
  if (chosen === undefined) throw new RangeError('nothing to choose from');
  return chosen;
}
