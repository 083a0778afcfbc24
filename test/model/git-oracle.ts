import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { ByteString } from '../../src/util/byte-string.js';
import { cleanEnvironment } from '../harness/index.js';

/** Answers questions about ignore rules and attributes by asking Git. */
export class GitOracle {
  readonly #gitDir: string;
  readonly #empty: string;

  /** @param directory an existing, empty one */
  constructor(directory: string) {
    this.#gitDir = path.join(directory, 'oracle.git');
    this.#empty = path.join(directory, 'nothing');
    for (const name of ['objects', 'refs', 'info']) fs.mkdirSync(path.join(this.#gitDir, name), { recursive: true });
    fs.writeFileSync(path.join(this.#gitDir, 'HEAD'), 'ref: refs/heads/master\n');
    fs.mkdirSync(this.#empty);
  }

  /** Those of the paths that Git ignores, with `exclude` as its `info/exclude`. */
  ignored(realdir: string, exclude: Buffer, paths: readonly ByteString[]): Set<ByteString> {
    // A process takes time: do without where there are no rules.
    const hasRules = exclude.length > 0 || paths.some((each) => `/${each}`.endsWith('/.gitignore'));
    if (paths.length === 0 || !hasRules) return new Set();
    fs.writeFileSync(path.join(this.#gitDir, 'info/exclude'), exclude);
    const input = Buffer.from(paths.map((each) => `./${each}\0`).join(''), 'latin1');
    const output = this.#git(['check-ignore', '--no-index', '-z', '-v', '-n', '--stdin'], realdir, input);
    const fields = output.split('\0');
    const ignored = new Set<ByteString>();
    for (let at = 0; at + 3 < fields.length; at += 4) {
      const [source = '', , pattern = '', each = ''] = fields.slice(at, at + 4);
      if (source !== '' && !pattern.startsWith('!')) ignored.add(each.slice(2));
    }
    return ignored;
  }

  /** Those of the paths that have an attribute set by the rules of a `.gitattributes`. */
  withAttribute(attribute: string, rules: Buffer, paths: readonly ByteString[]): Set<ByteString> {
    if (paths.length === 0 || rules.length === 0) return new Set();
    fs.writeFileSync(path.join(this.#gitDir, 'info/attributes'), rules);
    const input = Buffer.from(paths.map((each) => `${each}\0`).join(''), 'latin1');
    const fields = this.#git(['check-attr', '-z', '--stdin', attribute], this.#empty, input).split('\0');
    return new Set(fields.filter((_, index) => index % 3 === 0 && fields[index + 2] === 'set'));
  }

  #git(args: readonly string[], workTree: string, input: Buffer): ByteString {
    const env = cleanEnvironment({ GIT_DIR: this.#gitDir, GIT_WORK_TREE: workTree });
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: workTree, env, input, maxBuffer: 1 << 26 });
    // check-ignore exits with 1 if nothing is ignored.
    if (status !== 0 && status !== 1) throw new Error(`git ${args.join(' ')} exited with ${status}:\n${stderr.toString()}`);
    return stdout.toString('latin1');
  }
}
