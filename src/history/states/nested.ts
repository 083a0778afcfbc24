import type { ByteString } from '../../util/byte-string.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { Part } from '../places/parts.js';
import { relativeTo } from '../places/parts.js';
import { RepoHistory } from './repo-history.js';
import { isOneSum } from './tracking.js';

/** A repo that answers for itself: what an outer one records there, too, must not be told twice. */
interface Nested {
  /** Its realdir, relative to that of the outer one. */
  readonly path: ByteString;
  /** From when on, in seconds since 1970. */
  readonly seconds: number;
}

const known = new WeakMap<ShadowRepo, number | null>();

/** The repos in a part of another one that answer for themselves: they record more than one sum. */
function nestedFrom({ repo, nested }: Pick<Part, 'repo' | 'nested'>): readonly Nested[] {
  return nested.flatMap((other) => {
    let seconds = known.get(other);
    if (seconds === undefined) known.set(other, (seconds = beginOf(other)));
    return seconds === null ? [] : [{ path: relativeTo(repo.realdir, other.realdir), seconds }];
  });
}

/** Of `nestedFrom`, the paths of those that do at a time. @param seconds since 1970; infinite for now */
export function answeredElsewhere(part: Pick<Part, 'repo' | 'nested'>, seconds: number): readonly ByteString[] {
  return nestedFrom(part).filter(({ seconds: from }) => from <= seconds).map(({ path }) => path);
}

/** Null if the newest record is one sum. */
function beginOf(repo: ShadowRepo): number | null {
  const history = new RepoHistory(repo);
  try {
    const [first, last] = [history.stat[0], history.stat.at(-1)];
    return first === undefined || last === undefined || isOneSum(history.reader, last.tree) ? null : first.seconds;
  } finally {
    history.close();
  }
}
