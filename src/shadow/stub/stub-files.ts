import type { SubdirTracking } from './subdir-tracking.js';

/** The files that configure a shadow repo, in Git's order. */
export const STUB_FILE_NAMES = ['.gitattributes', '.gitignore', '.nogbundles'] as const;

export type StubFileName = (typeof STUB_FILE_NAMES)[number];

/** Content of stub files; a file that is not named does not exist. */
export type StubFiles = Readonly<Partial<Record<StubFileName, string>>>;

const WELL_KNOWN = '*\n!.gitignore\n!.gitattributes\n!.nogbundles\n!README.md\n!README.txt\n';

/** What a way of tracking subdirectories stands for (NOE-18, Init strategies). */
const FILES: Readonly<Record<SubdirTracking, StubFiles>> = {
  'enter-subdirs': { '.gitignore': '' },
  'ignore-most': { '.gitignore': WELL_KNOWN },
  'ignore-subdirs': { '.gitignore': '/*/\n' },
  'bundle-subdirs': { '.gitattributes': '/*/ nogbundle\n', '.gitignore': '/*/\n', '.nogbundles': '/*/\n' },
};

/** The stub of a new shadow repo. */
export function initialStub(tracking: SubdirTracking): StubFiles {
  return FILES[tracking];
}

/** The stub after a switch to another way of tracking: all three files, empty where unused. */
export function switchedStub(tracking: SubdirTracking): Required<StubFiles> {
  return { '.gitattributes': '', '.gitignore': '', '.nogbundles': '', ...FILES[tracking] };
}

/** A line of a stub that somebody has written, without its newline. */
export interface StubLine {
  readonly file: StubFileName;
  readonly line: string;
}

/** The lines in files of stubs that another one has not, and that no way of tracking has by itself; each once. */
export function linesLost(names: readonly StubFileName[], stubs: readonly StubFiles[], next: StubFiles): StubLine[] {
  const linesOf = (files: StubFiles, file: StubFileName): string[] => (files[file] ?? '').split('\n');
  return names.flatMap((file) => {
    const known = new Set(['', ...[next, ...Object.values(FILES)].flatMap((files) => linesOf(files, file))]);
    const lines = new Set(stubs.flatMap((stub) => linesOf(stub, file)).filter((line) => !known.has(line)));
    return [...lines].map((line) => ({ file, line }));
  });
}

/** The way of tracking that a stub stands for; null if an administrator has edited it. */
export function trackingOf(stub: StubFiles): SubdirTracking | null {
  const text = (files: StubFiles): string => STUB_FILE_NAMES.map((name) => files[name] ?? '').join('\0');
  for (const [tracking, files] of Object.entries(FILES)) {
    if (text(files) === text(stub)) return tracking as SubdirTracking;
  }
  return null;
}
