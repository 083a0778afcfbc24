import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, Scalar, visit } from 'yaml';
import type { Alias, Document, Node, Pair, YAMLMap } from 'yaml';
import { relaxBlockIndent } from './block-indent.js';
import type { ConfigPath, ConfigProblem, Mistake } from './problems.js';
import { pathText } from './problems.js';

/** Nobody needs more; and aliases of aliases must not stand for more nodes than fit into memory. */
const MOST_ALIASES = 1000;

interface Place {
  readonly line: number;
  readonly column: number;
}

/** A YAML file that remembers where its values stand. */
export class YamlSource {
  private readonly lineCounter = new LineCounter();
  private readonly document: Document.Parsed;
  private readonly lines: readonly string[];
  /** Pairs by key of the maps that were asked for, since a file may have as many mistakes as keys. */
  private readonly pairs = new Map<YAMLMap, ReadonlyMap<string, Pair>>();
  private targets: ReadonlyMap<Alias, Node> | null = null;

  constructor(text: string) {
    const relaxed = relaxBlockIndent(text);
    this.lines = text.split('\n');
    this.document = parseDocument(relaxed, {
      lineCounter: this.lineCounter,
      prettyErrors: false,
      // Ours is linear in the number of keys.
      uniqueKeys: false,
      stringKeys: true,
      merge: true,
    });
  }

  /** What is no YAML at all; if there is anything, the value means nothing. */
  syntaxProblems(): ConfigProblem[] {
    const problems = [...this.document.errors, ...this.document.warnings].map(({ pos, message }) => {
      return { ...this.placeAt(pos[0]), path: '', message };
    });
    // The parser recurses, and reports when it cannot any more; the errors behind that one mean nothing.
    const tooDeep = problems.find(({ message }) => message.includes('call stack'));
    if (tooDeep !== undefined) return [{ ...tooDeep, message: 'nested too deeply' }];
    let aliases = 0;
    visit(this.document, {
      Alias: (_, alias) => {
        if (++aliases > MOST_ALIASES) {
          problems.push({ ...this.placeOf(alias), path: '', message: `more than ${MOST_ALIASES} aliases` });
          return visit.BREAK;
        }
        if (this.resolve(alias) === undefined) {
          problems.push({ ...this.placeOf(alias), path: '', message: `alias *${alias.source} has no anchor before it` });
        }
        return undefined;
      },
    });
    return problems;
  }

  /** Keys that a map has twice. */
  duplicateKeys(): ConfigProblem[] {
    const problems: ConfigProblem[] = [];
    visit(this.document, {
      Map: (_, map) => {
        const seen = new Map<string, Node>();
        for (const { key } of map.items) {
          if (!isScalar(key)) continue;
          const name = String(key.value);
          const first = seen.get(name);
          if (first === undefined) seen.set(name, key);
          else {
            const message = `key ${JSON.stringify(name)} is here twice; the first is in line ${this.placeOf(first).line}`;
            problems.push({ ...this.placeOf(key), path: '', message });
          }
        }
      },
    });
    return problems;
  }

  /**
   * The value as plain objects, lists and scalars, aliases replaced.
   * @throws ReferenceError if aliases would make it huge
   */
  value(): unknown {
    return this.document.toJS({ maxAliasCount: MOST_ALIASES });
  }

  /** Keeps a number as it is written, for example `0750`; to be called before `value`. */
  keepAsText(path: ConfigPath): void {
    const node = this.nodeAt(path);
    if (isScalar(node) && typeof node.value === 'number' && node.source !== undefined) node.value = node.source;
  }

  /** True for text on several lines that YAML joins into one line. */
  isFolded(path: ConfigPath): boolean {
    const node = this.nodeAt(path);
    if (!isScalar(node) || !node.range || node.type === Scalar.BLOCK_LITERAL) return false;
    const [start, end] = node.range;
    return typeof node.value === 'string' && this.placeAt(start).line < this.placeAt(Math.max(start, end - 1)).line;
  }

  /** Says where a mistake stands. */
  locate({ path, isKey, message }: Mistake): ConfigProblem {
    const isLine = typeof path.at(-1) === 'number' && isScalar(this.nodeAt(path.slice(0, -1)));
    return { ...this.placeOfPath(path, isKey === true), path: pathText(isLine ? path.slice(0, -1) : path), message };
  }

  private placeOfPath(path: ConfigPath, isKey: boolean): Place {
    let node: unknown = this.document.contents;
    let place: Place = isScalar(node) || node === null ? { line: 1, column: 1 } : this.placeOf(node);
    for (const [index, step] of path.entries()) {
      const holder = this.resolve(node);
      if (isScalar(holder) && typeof step === 'number') return this.placeOfLine(holder, step) ?? place;
      const pair = isMap(holder) ? this.pairOf(holder, step) : undefined;
      const isLast = index === path.length - 1;
      if (isKey && isLast && pair !== undefined) return this.placeOf(pair.key);
      node = isSeq(holder) ? holder.items[Number(step)] : pair?.value;
      if (node === undefined || node === null) return pair === undefined ? place : this.placeOf(pair.key);
      place = this.placeOf(node);
    }
    return place;
  }

  private nodeAt(path: ConfigPath): unknown {
    let node: unknown = this.resolve(this.document.contents);
    for (const step of path) {
      if (isMap(node)) node = this.resolve(this.pairOf(node, step)?.value);
      else if (isSeq(node)) node = this.resolve(node.items[Number(step)]);
      else return undefined;
    }
    return node;
  }

  private resolve(node: unknown): unknown {
    if (!isAlias(node)) return node;
    this.targets ??= this.findTargets();
    return this.targets.get(node);
  }

  /** What each alias stands for: the last node before it that has its anchor. For all at once, since it takes a visit to all nodes. */
  private findTargets(): ReadonlyMap<Alias, Node> {
    const anchored = new Map<string, Node>();
    const targets = new Map<Alias, Node>();
    visit(this.document, {
      Node: (_, node) => {
        const target = isAlias(node) ? anchored.get(node.source) : undefined;
        if (isAlias(node) && target !== undefined) targets.set(node, target);
        if (!isAlias(node) && node.anchor !== undefined) anchored.set(node.anchor, node);
      },
    });
    return targets;
  }

  /** The pair of a key, also in maps that are merged with `<<`. */
  private pairOf(map: YAMLMap, key: string | number, seen = new Set<YAMLMap>()): Pair | undefined {
    seen.add(map);
    const own = this.pairsOf(map).get(String(key));
    if (own !== undefined) return own;
    const merged = map.items.filter((pair) => isScalar(pair.key) && pair.key.value === '<<').map(({ value }) => this.resolve(value));
    for (const source of merged.flatMap((value) => (isSeq(value) ? value.items.map((item) => this.resolve(item)) : [value]))) {
      const pair = isMap(source) && !seen.has(source) ? this.pairOf(source, key, seen) : undefined;
      if (pair !== undefined) return pair;
    }
    return undefined;
  }

  /** The pairs of a map itself; of those with the same key, the first. */
  private pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    let pairs = this.pairs.get(map);
    if (pairs === undefined) {
      pairs = new Map([...map.items].reverse().flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [])));
      this.pairs.set(map, pairs);
    }
    return pairs;
  }

  /** Where a line of a block of text stands; undefined if the text is no such block. */
  private placeOfLine(node: Scalar, index: number): Place | undefined {
    if (node.type !== Scalar.BLOCK_LITERAL) return undefined;
    const line = this.placeOf(node).line + 1 + index;
    const text = this.lines[line - 1] ?? '';
    return { line, column: text.length - text.trimStart().length + 1 };
  }

  private placeOf(node: unknown): Place {
    const target = isPair(node) ? node.key : node;
    const range = (target as Partial<Node> | null)?.range;
    return range ? this.placeAt(range[0]) : { line: 1, column: 1 };
  }

  private placeAt(offset: number): Place {
    const { line, col } = this.lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}
