import type { Oid } from '../../git/objects/object-id.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { OnProblem } from '../places/ground.js';
import type { Part } from '../places/parts.js';
import { relativeTo } from '../places/parts.js';
import type { AskedRepo, Histories } from '../states/histories.js';
import { TreePaths } from '../../shadow/read/tree-paths.js';

/** A part of a repo, and what other repos of the question have of it. */
export interface Node {
  readonly part: Part;
  /** When its records begin, in seconds since 1970. */
  readonly begin: number;
  /** From when on its bytes are known: before its own records begin, the sum of an outer repo may have counted them. */
  readonly heldFrom: number;
  /** Repos right below that are told apart from this one. */
  readonly inner: readonly Inner[];
}

/** A repo in a part of another one. */
export interface Inner {
  readonly node: Node;
  /** Relative to the realdir of the outer one. */
  readonly path: ByteString;
  /** Where its bytes are in the sums of the outer one, relative: a bundle, or empty for the toplevel; null if they are in none. */
  readonly countedAt: ByteString | null;
  /** The outer one has recorded what is in it, file by file. */
  readonly isListed: boolean;
}

/** How the newest records of a repo cover a path: file by file, in the sum of a directory, or not. */
type Cover = { readonly kind: 'files' | 'none' } | { readonly kind: 'sum'; readonly path: ByteString };
const UNCOVERED: Cover = { kind: 'none' };

/** What the parts of a question are to one another. */
class Nesting {
  readonly #inner = new Map<Part, Part[]>();
  readonly #begins = new Map<Part, number | null>();
  readonly outermost: readonly Part[];

  constructor(
    parts: readonly Part[],
    private readonly since: number,
    private readonly histories: Histories,
    private readonly onProblem: OnProblem,
  ) {
    // The innermost one comes last.
    const outerOf = new Map(parts.flatMap((part) => part.nested.map((repo) => [repo, part] as const)));
    for (const part of parts) {
      const outer = outerOf.get(part.repo);
      if (outer === undefined) continue;
      const inner = this.#inner.get(outer);
      if (inner === undefined) this.#inner.set(outer, [part]);
      else inner.push(part);
    }
    this.outermost = parts.filter(({ repo }) => !outerOf.has(repo));
  }

  /** The part as a node; if it has no records, what is in it. @param heldFrom as in `Node`, null if no outer repo has its bytes */
  nodesOf(part: Part, heldFrom: number | null): Node[] {
    const begin = this.#beginOf(part);
    if (begin === null) return this.#innerParts(part).flatMap((inner) => this.nodesOf(inner, heldFrom));
    const from = Math.min(begin, heldFrom ?? begin);
    return [{ part, begin, heldFrom: from, inner: this.#innerOf(part, from) }];
  }

  #innerOf(outer: Part, outerFrom: number): Inner[] {
    const found: Inner[] = [];
    for (let parts = this.#innerParts(outer); parts.length > 0; ) {
      const left: Part[] = [];
      // All of them before the outer repo, which then is opened once.
      const begins = parts.map((part) => this.#beginOf(part));
      const paths = parts.map(({ repo }) => relativeTo(outer.repo.realdir, repo.realdir));
      const covers = this.#attempt(outer, () => coversOf(this.histories.of(outer.repo), paths)) ?? [];
      for (const [index, part] of parts.entries()) {
        const [begin = null, path = '', cover = UNCOVERED] = [begins[index], paths[index], covers[index]];
        const isLater = begin !== null && begin > this.since && outerFrom < begin;
        if (begin === null || (isLater && cover.kind === 'files')) {
          left.push(...this.#innerParts(part));
          continue;
        }
        const countedAt = cover.kind === 'sum' ? cover.path : outer.path === '' ? '' : null;
        const nodes = this.nodesOf(part, isLater && countedAt !== null ? outerFrom : null);
        found.push(...nodes.map((node) => ({ node, path, countedAt, isListed: cover.kind === 'files' })));
      }
      parts = left;
    }
    return found;
  }

  #innerParts(part: Part): readonly Part[] {
    return this.#inner.get(part) ?? [];
  }

  /** Null if there are no records, or they cannot be read. */
  #beginOf(part: Part): number | null {
    let begin = this.#begins.get(part);
    if (begin === undefined) {
      begin = this.#attempt(part, () => this.histories.of(part.repo).history.stat[0]?.seconds ?? null);
      this.#begins.set(part, begin);
    }
    return begin;
  }

  #attempt<T>(part: Part, action: () => T): T | null {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof FsoError)) throw error;
      this.onProblem(part.repo.realdir, error);
      return null;
    }
  }
}

/**
 * The parts of a question as trees: of those in one another, each tells what the ones below it do not. Repos whose records began after
 * those of an outer one that lists the same files, and after `since`, are left to the outer one, so that nothing seems to move from one to
 * the other.
 * @param parts sorted by realdir
 * @param since seconds since 1970
 * @returns the outermost ones, one at a time, so that what was opened for one is not closed when it is measured
 */
export function* nodesOf(parts: readonly Part[], since: number, histories: Histories, onProblem: OnProblem): Generator<Node> {
  const nesting = new Nesting(parts, since, histories, onProblem);
  for (const part of nesting.outermost) yield* nesting.nodesOf(part, null);
}

function coversOf({ history }: AskedRepo, paths: readonly ByteString[]): Cover[] {
  const last = history.stat.at(-1);
  const trees = new TreePaths(history.reader);
  return paths.map((path) => (last === undefined ? UNCOVERED : coverOf(trees, last.tree, path)));
}

function coverOf(trees: TreePaths, tree: Oid, path: ByteString): Cover {
  let at = '';
  for (const name of path.split('/')) {
    at = joinPath(at, name);
    const entry = trees.find(tree, at);
    if (entry?.mode === FileMode.file) return { kind: 'sum', path: at };
    if (entry?.mode !== FileMode.directory) return UNCOVERED;
  }
  return { kind: 'files' };
}
