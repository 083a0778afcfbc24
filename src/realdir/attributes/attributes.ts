import type { ByteString } from '../../util/byte-string.js';
import { parseAttributeLine } from './attribute-line.js';
import type { Assignment, AttributeLine, AttributeValue } from './attribute-line.js';

export type { AttributeValue } from './attribute-line.js';

/** A `.gitattributes` file in a directory: path relative to the toplevel, '' for the toplevel itself. */
export interface AttributeFile {
  readonly dir: ByteString;
  readonly text: Buffer;
}

/** A line that applies to paths below `base`, which is empty or ends with a slash. */
interface AttributeRule {
  readonly base: ByteString;
  readonly line: Extract<AttributeLine, { pattern: unknown }>;
}

/** A path that attributes are asked for. */
interface Subject {
  /** Without trailing slash. */
  readonly path: ByteString;
  readonly name: ByteString;
  readonly isDirectory: boolean;
}

const BYTE_ORDER_MARK: ByteString = '\xef\xbb\xbf';

/** What Git defines before it reads any file (gitattributes(5), USING MACRO ATTRIBUTES). */
const BUILT_IN = '[attr]binary -diff -merge -text';

/**
 * The attributes that `.gitattributes` files give to paths (gitattributes(5)). The last line that
 * matches decides for each attribute, within a line the last word, and deeper files before their parents.
 */
export class AttributeRules {
  private constructor(
    /** Those that count more come later. */
    private readonly rules: readonly AttributeRule[],
    private readonly macros: ReadonlyMap<string, readonly Assignment[]>,
  ) {}

  /**
   * Rules of the toplevel `.gitattributes` as Git reads it from a commit; null if there is none. A
   * byte order mark belongs to the first pattern, and a NUL ends the file.
   */
  static parse(text: Buffer | null): AttributeRules {
    const lines = (text ?? Buffer.alloc(0)).toString('latin1').split('\0', 1)[0]!.split('\n');
    return AttributeRules.compile([{ base: '', lines }]);
  }

  /**
   * Rules of files as Git reads them from a work tree: a byte order mark is dropped, and a NUL
   * ends its line only. Macros are defined at the toplevel only.
   */
  static stack(files: readonly AttributeFile[]): AttributeRules {
    const topFirst = [...files].sort((a, b) => a.dir.length - b.dir.length);
    return AttributeRules.compile(topFirst.map(({ dir, text }) => {
      const content = text.toString('latin1');
      const marked = content.startsWith(BYTE_ORDER_MARK);
      const lines = content.slice(marked ? BYTE_ORDER_MARK.length : 0).split('\n');
      return { base: dir === '' ? '' : `${dir}/`, lines: lines.map((line) => line.replace(/\r$/, '').split('\0', 1)[0]!) };
    }));
  }

  private static compile(files: readonly { base: ByteString; lines: readonly ByteString[] }[]): AttributeRules {
    const rules: AttributeRule[] = [];
    const macros = new Map<string, readonly Assignment[]>();
    for (const { base, lines } of [{ base: '', lines: [BUILT_IN] }, ...files]) {
      for (const text of lines) {
        const line = parseAttributeLine(text);
        if (line === null) continue;
        if ('pattern' in line) rules.push({ base, line });
        else if (base === '') macros.set(line.macro, line.assignments);
      }
    }
    return new AttributeRules(rules, macros);
  }

  /** The value of an attribute for a path relative to the toplevel; a directory's path ends with a slash. */
  valueOf(attribute: string, path: ByteString): AttributeValue {
    const isDirectory = path.endsWith('/');
    const plain = isDirectory ? path.slice(0, -1) : path;
    const subject = { path: plain, name: plain.slice(plain.lastIndexOf('/') + 1), isDirectory };
    const decided = new Map<string, AttributeValue>();
    for (let i = this.rules.length - 1; i >= 0; i--) {
      const rule = this.rules[i]!;
      if (!applies(rule, subject)) continue;
      this.decide(rule.line.assignments, decided);
      const value = decided.get(attribute);
      if (value !== undefined) return value;
    }
    return 'unspecified';
  }

  /** Enters what is not decided yet, the last assignment first; a macro that becomes set is applied at once. */
  private decide(assignments: readonly Assignment[], decided: Map<string, AttributeValue>): void {
    const pending = [{ assignments, left: assignments.length }];
    for (let list = pending.at(-1); list !== undefined; list = pending.at(-1)) {
      if (list.left === 0) {
        pending.pop();
        continue;
      }
      const { attribute, value } = list.assignments[--list.left]!;
      if (decided.has(attribute)) continue;
      decided.set(attribute, value);
      const macro = value === 'set' ? this.macros.get(attribute) : undefined;
      if (macro !== undefined) pending.push({ assignments: macro, left: macro.length });
    }
  }
}

function applies({ base, line: { pattern } }: AttributeRule, subject: Subject): boolean {
  if (pattern.directoryOnly && !subject.isDirectory) return false;
  return subject.path.startsWith(base) && pattern.matches(subject.path.slice(base.length), subject.name);
}
