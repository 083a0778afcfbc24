/** What several findings may have in common: who is told all of them in one sentence needs to act once. */
export interface Cause {
  /** What it is about; null: the subjects of the findings. */
  readonly subject: string | null;
  /** In the plural, if it is about the subjects. */
  readonly message: string;
  readonly remedy: string;
}

/** Something that is wrong, or will be. */
export interface Finding {
  /** An error keeps something from being recorded, or has others decide about it; a warning is worth looking at; a note is no fault. */
  readonly severity: 'error' | 'warning' | 'note';
  /** What it is about: a path as text, or a program. */
  readonly subject: string;
  readonly message: string;
  /** What to do. */
  readonly remedy: string;
  /** Missing where the finding has nothing in common with others but, perhaps, message and remedy. */
  readonly cause?: Cause;
}

/** A finding that keeps something from being recorded. */
export function error(subject: string, message: string, remedy: string, cause?: Cause): Finding {
  return { severity: 'error', subject, message, remedy, ...(cause && { cause }) };
}

/** A finding that is worth looking at. */
export function warning(subject: string, message: string, remedy: string, cause?: Cause): Finding {
  return { severity: 'warning', subject, message, remedy, ...(cause && { cause }) };
}

/** What is not wrong, but could be better. */
export function note(subject: string, message: string, remedy: string): Finding {
  return { severity: 'note', subject, message, remedy };
}

/** A cause that is about the subjects of its findings. @param message in the plural */
export function common(message: string, remedy: string): Cause {
  return { subject: null, message, remedy };
}
