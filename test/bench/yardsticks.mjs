// What git-fso is compared with: other programs that walk a tree, and Node alone.
import { ENV } from './lab.mjs';
import { firstLine } from './machine.mjs';

export const find = (root) => ({ command: ['find', root, '-printf', '%p %s %T@\\n'] });

export const du = (root) => ({ command: ['du', '-s', root] });

/** Node, which does nothing. */
export const nodeAlone = (node = process.execPath) => ({ command: [node, '-e', '0'], env: ENV });

/** Programs that use all cores: gdu adds up sizes, fd looks at all entries for one that is too big to be there. */
const ALL_CORES = {
  gdu: (root) => ['gdu', '--non-interactive', '--no-progress', '--summarize', root],
  fd: (root) => ['fdfind', '--unrestricted', '--size', '+1t', '', root],
};

/** Those of these programs that are installed. */
export function allCores(root) {
  const commands = Object.entries(ALL_CORES).map(([name, commandFor]) => [name, { command: commandFor(root), env: ENV }]);
  return Object.fromEntries(commands.filter(([, { command }]) => firstLine('which', command[0]) !== ''));
}
