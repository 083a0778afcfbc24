import type { ReportFacts } from '../../src/report/facts.js';
import type { DirectorySums } from '../../src/report/tree/directory-tree.js';
import { bytesOfText } from '../../src/util/byte-string.js';

const NOW = 1_796_000_000;
const DAY = 86_400;

/** Names that a page may stumble over, as bytes. */
export const HOSTILE_NAMES = [
  '<img src=x onerror=document.title=1>', '</title><script>document.title=2</script>', '"onmouseover="document.title=3', "'><b>",
  'new\nline', '\xff\xfe',
  bytesOfText('\u05d0\u05d1\u05d2'), bytesOfText('\u202egnp.exe'), bytesOfText('画像データ'), 'x'.repeat(255), '&lt;b&gt;', ']]>',
  '${name}', '-->',
] as const;

/** Numbers from 0 to 1 that are the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state / 0x7fff_ffff;
  };
}

/** Directories with hostile and other names, some in one another. */
export function madeDirectories(count: number): DirectorySums[] {
  const random = randomNumbers(count);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const made = new Map<string, DirectorySums>();
  while (made.size < count) {
    let path = `/projects/lab-${Math.floor(random() * random() * 12)}`;
    for (let depth = Math.floor(random() * 5); depth >= 0; depth -= 1) {
      path += `/${random() < 0.2 ? pick(HOSTILE_NAMES) : `${pick(['raw', 'results', 'scan'])}-${Math.floor(random() * 40)}`}`;
    }
    const size = Math.floor(Math.exp(random() * 25));
    const before = random() < 0.1 ? 0 : Math.floor(size * (0.5 + random()));
    const newest = random() < 0.1 ? null : NOW - Math.floor(random() * 8 * 365 * DAY);
    made.set(path, { path, files: 1 + Math.floor(random() * 40), size, before, first: random() < 0.05 ? size : 0, newest });
  }
  return [...made.values()];
}

/** What a report may be made of. */
export function madeFacts(directoryCount: number): ReportFacts {
  const directories = madeDirectories(directoryCount);
  const total = directories.reduce((sum, { size }) => sum + size, 0);
  const largest = directories.toSorted((one, other) => other.size - one.size).slice(0, 200);
  return {
    places: [],
    madeAt: NOW,
    since: NOW - 30 * DAY,
    recordedAt: NOW - 3600,
    repos: 12,
    directories,
    biggest: largest.map(({ path, size, before, newest }) => ({
      path: `${path}/big.tiff`, size: Math.floor(size / 2), before: Math.floor(before / 2), mtime: newest,
    })),
    growth: Array.from({ length: 31 }, (_, day) => ({ time: NOW - (30 - day) * DAY, size: total * (0.9 + day / 300), files: day })),
    ages: [{ name: 'less than 30 days', files: 10, size: total / 4 }, { name: '5 years or more', files: 90, size: (total * 3) / 4 }],
    types: [{ name: '.tiff', files: 40, size: total / 2 }, { name: '.<b>', files: 60, size: total / 2 }],
    duplicates: {
      wasted: 3000,
      groups: 2,
      largest: [{ sha256: 'ab'.repeat(32), size: 1000, copies: 4, paths: HOSTILE_NAMES.map((name) => `/projects/${name}`) }],
    },
    verified: [{
      path: '/projects', repos: 12, all: { files: 100, bytes: total }, never: { files: 10, bytes: total / 4 },
      read: [1, 2, 3].map((part) => ({ files: part, bytes: (part * total) / 4 })),
      oldest: NOW - 100 * DAY, uncovered: 5, corrupt: 1, rewritten: 0, bytesADay: 1000, roundDays: 90,
    }],
    findings: [{
      path: `/projects/${HOSTILE_NAMES[0]}`,
      finding: { class: 'corrupt', size: 10, sha256: 'a', found: 'b', lastGood: NOW - 9 * DAY, firstBad: NOW - DAY, file: '' },
    }],
    troubles: [{ path: `/projects/${HOSTILE_NAMES[1]}`, what: 'stat failed: <script>', since: NOW - DAY }],
  };
}
