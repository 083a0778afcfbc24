import type { SumHelpers, SumHooks } from '../../realdir/sums/sum-below.js';
import type { ByteString } from '../../util/byte-string.js';
import { leaveSum } from '../threads/subtree-offers.js';
import type { ObservationContext } from './context.js';

type SumContext = Pick<ObservationContext<unknown>, 'cursor' | 'events' | 'yieldTurn' | 'sumsOf' | 'trace' | 'offers'>;

/** What a walk that sums up a directory calls. @param parent path of the directory that it is in: empty, or with a slash at the end */
export function sumHooks(context: SumContext, parent: ByteString): SumHooks {
  const { events, yieldTurn, sumsOf, offers, trace } = context;
  return {
    yieldTurn,
    onProblem: (path, error) => events.onProblem(parent + path, error),
    onWarning: (path, message) => events.onWarning(parent + path, message),
    onVisited: (path, entries) => {
      events.onVisited(parent + path, entries);
      offers?.count(entries);
    },
    sumsOf: sumsOf && ((path, stat) => sumsOf(parent + path, stat)),
    onKnown: (path) => trace?.tell(parent + path, 'not entered: its own repo has summed it up'),
    helpers: helpersOf(context, parent),
  };
}

/** Other threads, which may take directories. */
function helpersOf({ cursor, offers }: SumContext, parent: ByteString): SumHelpers | undefined {
  if (offers === undefined) return undefined;
  return {
    get counted() {
      return offers.counted;
    },
    noteSize: (depth, before) => offers.noteSize(depth, before),
    leave: (name, path, stat) => {
      const thread = cursor.isSlow ? null : offers.claim(cursor.depth + 1);
      return thread && leaveSum(thread, { levels: [...cursor.levels], name, stat, parent: parent + path.slice(0, -name.length) });
    },
  };
}
