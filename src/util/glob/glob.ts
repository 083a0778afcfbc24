import type { CharacterClass } from '../text/character-class.js';
import type { CharacterWidth } from '../text/character-width.js';
import { matchSteps, spendSteps } from './match-steps.js';

const SLASH = 0x2f;

/** No match takes as many. */
const MOST_STEPS = 2 ** 31 - 1;

// A step is a code unit that must follow literally, or one of these. Classes count down from the last.
const CHARACTER = -1;
const NAME = -2;
const ANYTHING = -3;
const DIRECTORIES = -4;
const FIRST_CLASS = -5;

/**
 * Collects the steps of a glob. Pattern languages differ in how they spell them: `**`, for
 * example, is `name`, `anything` or `directories` depending on the language and on what is beside it.
 */
export class GlobBuilder {
  private readonly steps: number[] = [];
  private readonly classes: CharacterClass[] = [];

  /** Adds a code unit that stands for itself. */
  literal(codeUnit: number): void {
    this.steps.push(codeUnit);
  }

  /** Adds one character except a slash. */
  character(): void {
    this.steps.push(CHARACTER);
  }

  /** Adds one character of a class. */
  characterOf(characters: CharacterClass): void {
    this.steps.push(FIRST_CLASS - this.classes.length);
    this.classes.push(characters);
  }

  /** Adds any number of characters except slashes. */
  name(): void {
    const last = this.steps.at(-1);
    if (last !== NAME && last !== ANYTHING) this.steps.push(NAME);
  }

  /** Adds any number of characters. */
  anything(): void {
    const last = this.steps.at(-1);
    if (last === NAME || last === ANYTHING) this.steps.pop();
    this.steps.push(ANYTHING);
  }

  /** Adds nothing, or any number of characters up to and including a slash. */
  directories(): void {
    if (this.steps.at(-1) !== DIRECTORIES) this.steps.push(DIRECTORIES);
  }

  build(width: CharacterWidth): Glob {
    return new Glob(Int32Array.from(this.steps), this.classes, width);
  }
}

/**
 * A compiled glob. Only the last wildcard of each kind is ever tried again: what an earlier one
 * could still gain, a later one reaches as well. So the time is at most proportional to the
 * product of the lengths of glob and name for each place where a wildcard that crosses directories
 * may end, whatever the glob is.
 */
export class Glob {
  /** Code units that a match has at least. */
  private readonly minimumLength: number;

  constructor(
    private readonly steps: Int32Array,
    private readonly classes: readonly CharacterClass[],
    private readonly width: CharacterWidth,
  ) {
    this.minimumLength = steps.filter((step) => step >= 0 || step === CHARACTER || step <= FIRST_CLASS).length;
  }

  /** True if the glob matches all of `text` from index `from` on, and finding that out takes no more than is left of `matchSteps`. */
  matches(text: string, from = 0): boolean {
    if (text.length - from < this.minimumLength) return false;
    const { steps } = this;
    const most = matchSteps.left < 0 ? MOST_STEPS : matchSteps.left;
    let spent = 0;
    let step = 0;
    let at = from;
    // Where to resume: the step behind the last wildcard, and the end of what the wildcard takes.
    let afterName = -1;
    let nameEnd = 0;
    let afterTree = -1;
    let treeEnd = 0;
    for (;;) {
      spent += 1;
      if (spent > most) return spend(spent, false);
      const kind = step < steps.length ? steps[step]! : undefined;
      if (kind === undefined && at === text.length) return spend(spent, true);
      if (kind === NAME) {
        afterName = ++step;
        nameEnd = at;
        continue;
      }
      if (kind === ANYTHING || kind === DIRECTORIES) {
        afterTree = ++step;
        if (kind === ANYTHING && step === steps.length) return spend(spent, true);
        treeEnd = at;
        afterName = -1;
        continue;
      }
      const taken = kind === undefined ? 0 : this.take(kind, text, at);
      if (taken > 0) {
        at += taken;
        step++;
        continue;
      }
      if (afterName >= 0 && nameEnd < text.length && text.charCodeAt(nameEnd) !== SLASH) {
        nameEnd += this.width(text, nameEnd);
        at = nameEnd;
        step = afterName;
        continue;
      }
      if (afterTree < 0) return spend(spent, false);
      treeEnd = this.extendTree(steps[afterTree - 1]!, text, treeEnd);
      if (treeEnd < 0) return spend(spent, false);
      afterName = -1;
      at = treeEnd;
      step = afterTree;
    }
  }

  /** The length of the character at `at` if the step matches it, else 0. */
  private take(step: number, text: string, at: number): number {
    if (at >= text.length) return 0;
    if (step >= 0) return text.charCodeAt(at) === step ? 1 : 0;
    if (step === CHARACTER) return text.charCodeAt(at) === SLASH ? 0 : this.width(text, at);
    const characters = this.classes[FIRST_CLASS - step]!;
    return characters.has(text.codePointAt(at)!) ? this.width(text, at) : 0;
  }

  /** The next possible end of a wildcard that crosses directories, or -1. */
  private extendTree(step: number, text: string, end: number): number {
    if (step === DIRECTORIES) {
      const slash = text.indexOf('/', end);
      return slash < 0 ? -1 : slash + 1;
    }
    return end < text.length ? end + this.width(text, end) : -1;
  }
}

function spend(steps: number, isMatch: boolean): boolean {
  spendSteps(steps);
  return isMatch;
}
