/** A path of a recorded tree, as the golden shows it. */
export interface GoldenEntry {
  readonly mode: string;
  readonly oid: string;
  /** Escaped by `printableName`. */
  readonly path: string;
}

export interface ExpectSection {
  readonly label: string;
  /** Branch name → object id of its tree. */
  readonly branches: ReadonlyMap<string, string>;
}

export interface StdoutSection {
  readonly label: string;
  readonly records: readonly string[];
}

/** Sections of both kinds in the order in which the scenario reaches them. */
export interface Golden {
  readonly expects: readonly ExpectSection[];
  readonly stdouts: readonly StdoutSection[];
  /** Tree id → its files, and blob id → its lines, as far as the golden lists them. */
  readonly trees: ReadonlyMap<string, readonly GoldenEntry[]>;
  readonly blobs: ReadonlyMap<string, readonly string[]>;
}

const SECTION = /^=== (expect|stdout) \d+: ?(.*)$/;
const BRANCH = /^--- (\S+) ([0-9a-f]{40})( \(listed above\))?$/;
const ENTRY = /^(\d{6}) \w+ ([0-9a-f]{40}) (.*)$/;
const BLOB_LINE = '    ';
const RECORD = '  ';

/** Parses a golden; lines that are none of its format are passed over. */
export function parseGolden(text: string): Golden {
  const expects: { label: string; branches: Map<string, string> }[] = [];
  const stdouts: { label: string; records: string[] }[] = [];
  const trees = new Map<string, GoldenEntry[]>();
  const blobs = new Map<string, string[]>();
  let inStdout = false;
  let entries: GoldenEntry[] = [];
  let blob: string[] = [];
  for (const line of text.split('\n')) {
    const [, kind, label = ''] = SECTION.exec(line) ?? [];
    const [, branch, tree = ''] = BRANCH.exec(line) ?? [];
    const [, mode, oid = '', path = ''] = ENTRY.exec(line) ?? [];
    if (kind !== undefined) {
      inStdout = kind === 'stdout';
      blob = [];
      if (inStdout) stdouts.push({ label, records: [] });
      else expects.push({ label, branches: new Map() });
    } else if (inStdout) {
      if (line.startsWith(RECORD)) stdouts.at(-1)?.records.push(line.slice(RECORD.length));
    } else if (branch !== undefined) {
      expects.at(-1)?.branches.set(branch, tree);
      entries = valueOf(trees, tree);
    } else if (mode !== undefined) {
      entries.push({ mode, oid, path });
      blob = valueOf(blobs, oid);
    } else if (line.startsWith(BLOB_LINE)) {
      blob.push(line.slice(BLOB_LINE.length));
    }
  }
  return { expects, stdouts, trees, blobs };
}

function valueOf<T>(map: Map<string, T[]>, key: string): T[] {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created: T[] = [];
  map.set(key, created);
  return created;
}
