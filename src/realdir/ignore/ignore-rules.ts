import { hash } from 'node:crypto';
import type { ByteString } from '../../util/byte-string.js';
import { matchSteps, spendSteps, UNLIMITED } from '../../util/glob/match-steps.js';
import { IgnoreRuleFile } from './ignore-rule-file.js';

/** The name of the file whose rules count least. */
export const INFO_EXCLUDE = 'info/exclude';

/** The rule that decides about an entry. */
export interface DecidingRule {
  /** INFO_EXCLUDE, `.gitignore` or `dir/.gitignore`. */
  readonly file: ByteString;
  /** From 1. */
  readonly line: number;
  readonly pattern: ByteString;
}

/** How much `.gitignore` files may say. */
export interface IgnoreRoom {
  readonly bytes: number;
  readonly lines: number;
}

/**
 * What the `.gitignore` files of a directory and of those above it may say together, so that nobody can
 * use up the memory, with a file that is linked into many directories, say. Real ones have a few kilobytes.
 */
export const IGNORE_ROOM: IgnoreRoom = { bytes: 8 * 1024 * 1024, lines: 400_000 };

const NEWLINE = 0x0a;

/** One question may take this part of a directory's steps. */
const QUESTIONS = 16;

/** Matching takes some milliseconds for these. */
const STEPS_A_TURN = 1024 * 1024;

/** What one directory adds to the ignore rules: plain data, to be passed between threads. */
export interface ScopePart {
  /** Of the directory; empty for the toplevel. */
  readonly name: ByteString;
  /** Bytes of its `.gitignore`, as far as these count. */
  readonly gitignore: ByteString | null;
}

/** The rules of one file, seen from the directory that contains it or from one below. */
interface Layer {
  readonly rules: IgnoreRuleFile;
  /** The directory seen from, relative to that of the file, with a trailing slash unless empty. */
  readonly directory: ByteString;
  /** Number of components of `directory`. */
  readonly depth: number;
  /** Rules that count less: of the parent directory, at last those of `info/exclude`. */
  readonly weaker: Layer | null;
}

/**
 * The ignore rules as they apply to the entries of one directory (gitignore(5)). The rules of the
 * nearest `.gitignore` come before those of its parents, and these before `info/exclude`; within a
 * file, the last match decides. Nothing is remembered about the entries that were asked for, but for the last one.
 */
export class IgnoreScope {
  /** What is left of the steps. */
  private left: number;
  /** What will be left when so many more are taken that others should get their turn. */
  private nextTurn: number;
  /** The last question, which is often asked twice in a row. */
  private lastName: ByteString | null = null;
  private lastIsDirectory = false;
  private lastAnswer = false;

  private constructor(
    private readonly layers: Layer | null,
    private readonly name: ByteString,
    private readonly parent: IgnoreScope | null,
    /** The same for the same rules, as long as the directory's path is the same, too. */
    readonly identity: string,
    /** What further `.gitignore` files may say. */
    readonly room: IgnoreRoom,
    /** Steps that matching may take in each directory: see `matchSteps`. */
    private readonly steps: number,
    private readonly gitignore: Buffer | null,
  ) {
    this.left = steps;
    this.nextTurn = steps - STEPS_A_TURN;
  }

  /**
   * The scope of the toplevel directory.
   * @param exclude content of the file that plays `info/exclude`, if there is one
   * @param gitignore content of the toplevel `.gitignore`, if there is one
   * @param steps that matching may take in each directory
   */
  static root(exclude: Buffer | null, gitignore: Buffer | null, steps = UNLIMITED): IgnoreScope {
    const layers = withFile(withFile(null, INFO_EXCLUDE, exclude), '.gitignore', gitignore);
    const identity = identityWith(identityWith('', exclude), gitignore);
    return new IgnoreScope(layers, '', null, identity, roomBeside(IGNORE_ROOM, gitignore), steps, gitignore);
  }

  /** The scope of a subdirectory, which must not be ignored itself: below an ignored one nothing counts any more. */
  enter(name: ByteString, gitignore: Buffer | null): IgnoreScope {
    const layers = this.layers === null ? null : below(this.layers, name);
    if (gitignore === null) return new IgnoreScope(layers, name, this, this.identity, this.room, this.steps, null);
    const own = withFile(layers, `${this.pathOf(name)}/.gitignore`, gitignore);
    return new IgnoreScope(
      own,
      name,
      this,
      identityWith(`${this.identity}${name}/`, gitignore),
      roomBeside(this.room, gitignore),
      this.steps,
      gitignore,
    );
  }

  /** The same rules, for questions beforehand, which take at most so many steps of their own in each directory. */
  withSteps(steps: number): IgnoreScope {
    const most = this.steps < 0 ? steps : Math.min(this.steps, steps);
    return new IgnoreScope(this.layers, this.name, this.parent, this.identity, this.room, most, this.gitignore);
  }

  /** The same scope as `parts` has come from. @param exclude,steps as for `root` */
  static of(parts: readonly ScopePart[], exclude: Buffer | null, steps: number): IgnoreScope {
    const contentOf = ({ gitignore }: ScopePart): Buffer | null => (gitignore === null ? null : Buffer.from(gitignore, 'latin1'));
    const contents = parts.map((part) => ({ name: part.name, content: contentOf(part) }));
    const [top, ...others] = contents;
    const root = IgnoreScope.root(exclude, top?.content ?? null, steps);
    return others.reduce((scope, { name, content }) => scope.enter(name, content), root);
  }

  /** What each directory adds, from the toplevel to this one. */
  get parts(): readonly ScopePart[] {
    const own = { name: this.name, gitignore: this.gitignore?.toString('latin1') ?? null };
    return this.parent === null ? [own] : [...this.parent.parts, own];
  }

  /** False if no rule can match anything in this directory or below, other `.gitignore` files aside. */
  get mayIgnore(): boolean {
    return this.layers !== null;
  }

  /** True once matching took more steps than it may: from then on all entries count as ignored. */
  get isSpent(): boolean {
    return this.left === 0;
  }

  /** True if matching took long since this was true the last time. */
  tookLong(): boolean {
    if (this.left > this.nextTurn || this.left < 0) return false;
    this.nextTurn = this.left - STEPS_A_TURN;
    return true;
  }

  /** True if the entry `name` of this directory is ignored, or the steps are spent. A symbolic link is no directory. */
  ignores(name: ByteString, isDirectory: boolean): boolean {
    if (this.left === 0) return true;
    if (this.layers === null) return false;
    if (name === this.lastName && isDirectory === this.lastIsDirectory) return this.lastAnswer;
    // Nobody gets a turn during one question: so that must not take all of the steps.
    const most = this.left < 0 ? UNLIMITED : Math.min(this.left, Math.ceil(this.steps / QUESTIONS));
    matchSteps.left = most;
    const rule = lastMatch(this.layers, name, isDirectory)?.rule;
    this.left = matchSteps.left === 0 ? 0 : this.left - (most - matchSteps.left);
    matchSteps.left = UNLIMITED;
    this.lastName = name;
    this.lastIsDirectory = isDirectory;
    this.lastAnswer = this.left === 0 || (rule !== undefined && !rule.pattern.negated);
    return this.lastAnswer;
  }

  /** The rule that ignores or re-includes the entry `name`; null if none applies. */
  deciding(name: ByteString, isDirectory: boolean): DecidingRule | null {
    const match = lastMatch(this.layers, name, isDirectory);
    return match === null ? null : { file: match.file.name, line: match.rule.line, pattern: match.rule.text };
  }

  private pathOf(name: ByteString): ByteString {
    const components = [name];
    for (let scope: IgnoreScope = this; scope.parent !== null; scope = scope.parent) components.push(scope.name);
    return components.reverse().join('/');
  }
}

/** Equal only for the same contents in the same order of directories. */
function identityWith(weaker: string, content: Buffer | null): string {
  if (content === null) return `${weaker}-`;
  return hash('sha1', Buffer.concat([Buffer.from(`${weaker}\0`), content]));
}

/** As many lines of a `.gitignore` as there is room for. */
export function cutToRoom(content: Buffer, { lines }: IgnoreRoom): Buffer {
  let end = 0;
  for (let line = 0; line < lines && end < content.length; line += 1) {
    const newline = content.indexOf(NEWLINE, end);
    end = newline < 0 ? content.length : newline + 1;
  }
  return content.subarray(0, end);
}

function roomBeside({ bytes, lines }: IgnoreRoom, content: Buffer | null): IgnoreRoom {
  if (content === null) return { bytes, lines };
  let used = 1;
  for (let at = content.indexOf(NEWLINE); at >= 0; at = content.indexOf(NEWLINE, at + 1)) used += 1;
  return { bytes: Math.max(0, bytes - content.length), lines: Math.max(0, lines - used) };
}

function withFile(weaker: Layer | null, name: ByteString, content: Buffer | null): Layer | null {
  if (content === null) return weaker;
  const rules = new IgnoreRuleFile(name, content);
  return rules.isEmpty ? weaker : { rules, directory: '', depth: 0, weaker };
}

/** The layers for a subdirectory; the same objects where nothing differs. */
function below(layers: Layer, name: ByteString): Layer | null {
  const strongestFirst: Layer[] = [];
  for (let layer: Layer | null = layers; layer !== null; layer = layer.weaker) strongestFirst.push(layer);
  return strongestFirst.reduceRight<Layer | null>((weaker, layer) => layerBelow(layer, name, weaker), null);
}

function layerBelow(layer: Layer, name: ByteString, weaker: Layer | null): Layer | null {
  const { rules } = layer;
  const depth = layer.depth + 1;
  if (!rules.mayMatchAt(depth)) return weaker;
  if (rules.comparesPathsAt(depth)) return { rules, directory: `${layer.directory}${name}/`, depth, weaker };
  if (weaker === layer.weaker && !rules.comparesPathsAt(layer.depth)) return layer;
  return { rules, directory: '', depth, weaker };
}

function lastMatch(layers: Layer | null, name: ByteString, isDirectory: boolean) {
  for (let layer = layers; layer !== null; layer = layer.weaker) {
    spendSteps(1);
    const rule = layer.rules.lastMatch(layer.directory, layer.depth, name, isDirectory);
    if (rule !== null) return { file: layer.rules, rule };
  }
  return null;
}
