/** Who did something, and when: the author or committer of a commit, or a line of a reflog. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970, UTC. */
  readonly seconds: number;
  /** Offset from UTC as Git writes it, for example `+0100`. */
  readonly timezone: string;
}

// The characters that Git takes off both ends of names and addresses (ident.c, "crud").
const CRUD = String.raw`\x00-\x20.,:;<>"\\'`;
const CRUD_AT_START = new RegExp(`^[${CRUD}]+`);
const CRUD_AT_END = new RegExp(`[${CRUD}]$`);
// eslint-disable-next-line no-control-regex
const FORBIDDEN_INSIDE = /[<>\n\0]/g;
const SIGNATURE = /^([^<]*?) ?<([^>]*)>(?: (-?\d+))?(?: ([+-]\d{4}))?/;

/** A name or address as Git cleans it: without `<`, `>` and newlines, and without punctuation at the ends. */
export function cleanIdentityText(text: string): string {
  const start = text.replace(CRUD_AT_START, '');
  let end = start.length;
  // A regular expression for all of it takes quadratic time where there is much of it inside.
  while (end > 0 && CRUD_AT_END.test(start.charAt(end - 1))) end--;
  return start.slice(0, end).replace(FORBIDDEN_INSIDE, '');
}

/** `Name <address> seconds timezone`, as commits and reflogs have it; what would break the line is left out. */
export function formatSignature({ name, email, seconds, timezone }: Signature): string {
  return `${name.replace(FORBIDDEN_INSIDE, '')} <${email.replace(FORBIDDEN_INSIDE, '')}> ${seconds} ${timezone}`;
}

/** Reads a signature back. What is missing or broken becomes empty, 0 or `+0000`: old commits stay readable. */
export function parseSignature(line: string): Signature {
  const match = SIGNATURE.exec(line);
  const seconds = Number(match?.[3] ?? 0);
  return {
    name: match?.[1] ?? line,
    email: match?.[2] ?? '',
    // Adding 0 makes 0 of -0.
    seconds: Number.isSafeInteger(seconds) ? seconds + 0 : 0,
    timezone: match?.[4] ?? '+0000',
  };
}
