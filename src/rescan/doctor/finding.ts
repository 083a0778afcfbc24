/** Something that is wrong, or will be. */
export interface Finding {
  /** An error keeps something from being recorded; a warning is worth looking at. */
  readonly severity: 'error' | 'warning';
  /** What it is about: a path as text, or a program. */
  readonly subject: string;
  readonly message: string;
  /** What to do. */
  readonly remedy: string;
}

/** A finding that keeps something from being recorded. */
export function error(subject: string, message: string, remedy: string): Finding {
  return { severity: 'error', subject, message, remedy };
}

/** A finding that is worth looking at. */
export function warning(subject: string, message: string, remedy: string): Finding {
  return { severity: 'warning', subject, message, remedy };
}
