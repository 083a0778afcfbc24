import { statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { OpenPath, ShadowPlace } from '../../shadow/access/open-paths.js';
import { openPathsOf, shadowPlaces } from '../../shadow/access/open-paths.js';
import { STUB_FILE_NAMES } from '../../shadow/stub/stub-files.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { shellWord } from '../../util/text/shell-word.js';
import type { Site } from '../site.js';
import type { Finding } from './finding.js';
import { error, warning } from './finding.js';

const WRITE = 0o022;

/** What a plain Git in the shadow repo leaves to the umask, whatever core.sharedRepository says; the directory is closed. */
const LEFT_TO_UMASK: readonly string[] = [...STUB_FILE_NAMES, '.git/COMMIT_EDITMSG'];

/** What one command closes. */
class OpenGroup {
  private count = 0;
  private excess = 0;
  private example: OpenPath | null = null;
  private common: ByteString | null = null;

  add(open: OpenPath, place: ByteString): void {
    this.count += 1;
    this.excess |= open.excess;
    if (this.example === null || (open.excess & WRITE) > (this.example.excess & WRITE)) this.example = open;
    this.common = this.common === null ? place : commonAncestor(this.common, place);
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** The directory that all of it is in, or is. */
  get place(): ByteString {
    return this.common ?? '/';
  }

  finding(isRecursive: boolean): Finding {
    const path = textOfBytes(this.place);
    const example = textOfBytes(this.example?.path ?? this.place);
    const command = `run chmod ${isRecursive ? '-R ' : ''}${bitsText(this.excess)} ${shellWord(this.place)}`;
    const such = this.count === 1 ? example : `${this.count} files and directories, such as ${example}`;
    if ((this.excess & WRITE) === 0) return warning(path, `more open than shadowMode allows: ${such}`, command);
    return error(path, `can be written by others than its owner, who decide then what git-fso does: ${such}`, command);
  }
}

function commonAncestor(a: ByteString, b: ByteString): ByteString {
  const others = b.split('/');
  const parts = a.split('/');
  const end = parts.findIndex((part, index) => part !== others[index]);
  return end < 0 ? a : parts.slice(0, end).join('/') || '/';
}

/** The argument of chmod that takes these bits away. */
function bitsText(excess: number): string {
  const letters = (bits: number): string => ['r', 'w', 'x'].filter((_, index) => (bits & (4 >> index)) !== 0).join('');
  const [group, others] = [letters(excess >> 3), letters(excess)];
  if (group === others) return `go-${group}`;
  return [['g', group], ['o', others]].flatMap(([who, what]) => (what === '' ? [] : [`${who}-${what}`])).join(',');
}

/**
 * Finds what below the shadow root is more open than the configuration says, one finding for what one command closes.
 * @param newNames of realdirs whose shadow repos are to follow: these allow what they will allow there
 */
export async function* checkAccess(
  { location, shadowMode }: Site,
  newNames: ReadonlyMap<ByteString, ByteString>,
  signal?: AbortSignal,
): AsyncGenerator<Finding> {
  const { root } = location;
  const tree = new OpenGroup();
  const others: Finding[] = [];
  let isRootOurs = false;
  for (const place of shadowPlaces(location, shadowMode, newNames)) {
    signal?.throwIfAborted();
    isRootOurs ||= place.path === root;
    const own = new OpenGroup();
    const state = new OpenGroup();
    for (const open of openPathsOf(place)) {
      if (isLeftToUmask(open, place)) continue;
      const isState = place.kind === 'state' || open.path.startsWith(`${place.path}/.git/fso`);
      if (isState) state.add(open, place.kind === 'state' ? place.path : joinPath(place.path, '.git/fso'));
      else if (shadowMode === 'mirror' || place.path === root) own.add(open, place.path);
      else tree.add(open, place.path);
    }
    if (!own.isEmpty) others.push(own.finding(place.kind !== 'mirror'));
    if (!state.isEmpty) others.push(state.finding(true));
    if (place.kind === 'repo') await setImmediate();
  }
  yield* others;
  if (!tree.isEmpty) yield tree.finding(true);
  // Whoever has put other things there decides who may read them.
  const stat = isRootOurs ? undefined : statSync(fsPath(root), { throwIfNoEntry: false });
  const excess = (stat?.mode ?? 0) & WRITE;
  if (excess === 0) return;
  const open = new OpenGroup();
  open.add({ path: root, excess }, root);
  yield open.finding(false);
}

function isLeftToUmask({ path, excess }: OpenPath, place: ShadowPlace): boolean {
  return (excess & WRITE) === 0 && LEFT_TO_UMASK.some((name) => path === joinPath(place.path, name));
}
