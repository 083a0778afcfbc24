// All works, in the order in which they are measured. Each has a name, a title, the goals, and `prepare`, which returns the commands to
// compare and a check of the result. `quick`: `npm run bench:short` has it, too; `quickOnly`: nothing else has; `huge`: only --huge has;
// `pairs`: how often; `growth`: the number of files, for the table of how the cost grows; `unavailable`: why it cannot be done here.
import { answerWorks } from './answers.mjs';
import { nodeWorks } from './nodes.mjs';
import { rescanWorks } from './rescan.mjs';
import { shaWorks } from './sha.mjs';
import { slowWorks } from './slow.mjs';
import { startWorks } from './start.mjs';
import { statWorks } from './stat.mjs';

export const works = [...statWorks, ...shaWorks, ...rescanWorks, ...slowWorks, ...startWorks, ...nodeWorks, ...answerWorks];
