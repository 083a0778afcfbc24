import { UsageError } from '../../util/errors.js';

/** Keys and indices that lead to a place in the configuration. */
export type ConfigPath = readonly (string | number)[];

/** A mistake, before it is known where it stands in the file. */
export interface Mistake {
  /** A number after the path of a block of text is the index of a line in it. */
  readonly path: ConfigPath;
  /** The mistake is the last key of the path, not its value. */
  readonly isKey?: boolean;
  /** What is wrong, and what is allowed there. */
  readonly message: string;
}

/** A mistake in a configuration file. */
export interface ConfigProblem {
  /** From 1; columns count UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** Such as `roots[0].facets`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

const MOST_PROBLEMS_SHOWN = 50;

/** A configuration that cannot be used; the message lists all mistakes, one a line. */
export class ConfigError extends UsageError {
  override readonly name = 'ConfigError';
  override readonly code = 'Config';

  constructor(
    /** As it was given. */
    readonly file: string,
    readonly problems: readonly ConfigProblem[],
    options: { readonly message?: string; readonly remedy?: string; readonly cause?: unknown } = {},
  ) {
    const { message, ...others } = options;
    super(message ?? listOf(file, problems).join('\n'), others);
  }

  override get lines(): readonly string[] {
    return this.problems.length === 0 ? [this.message] : listOf(this.file, this.problems);
  }
}

/** A problem with its place, in the form that compilers use. */
export function problemText(file: string, { line, column, path, message }: ConfigProblem): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;
}

function listOf(file: string, problems: readonly ConfigProblem[]): readonly string[] {
  const lines = problems.slice(0, MOST_PROBLEMS_SHOWN).map((problem) => problemText(file, problem));
  const more = problems.length - lines.length;
  return [...lines, ...(more > 0 ? [`${file}: and ${more} more mistakes`] : [])];
}

/** A path as text: `roots[0].initLimits.maxFiles`. */
export function pathText(path: ConfigPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += `${text === '' ? '' : '.'}${/^[\w-]+$/.test(step) ? step : JSON.stringify(step)}`;
  }
  return text;
}
