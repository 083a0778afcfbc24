import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { once } from 'node:events';
import type { ByteString } from '../../src/util/byte-string.js';
import { fsPath, textOfBytes } from '../../src/util/byte-string.js';
import type { Step } from './scenario-parser.js';
import type { World } from './world.js';

export type StepAction = (world: World, step: Step) => void | Promise<void>;

/** The argument at `index`; throws if the scenario does not give it. */
export function argument(step: Step, index: number): ByteString {
  const value = step.args[index];
  if (value === undefined) throw new Error(`\`${step.verb}\` needs at least ${index + 1} arguments`);
  return value;
}

/** The content that a step gives for a file: its block, else the argument after the path. */
export function contentOf(step: Step): Buffer {
  return Buffer.from(step.block ?? step.args[1] ?? '', 'latin1');
}

/** Steps that build and change the observed files, by verb. */
export const realSteps: Readonly<Record<string, StepAction>> = {
  mkdir: forEachPath((target) => void fs.mkdirSync(target, { recursive: true })),
  write: (world, step) => fs.writeFileSync(at(world, step, 0), contentOf(step)),
  append: (world, step) => fs.appendFileSync(at(world, step, 0), contentOf(step)),
  fill: (world, step) => fs.writeFileSync(at(world, step, 0), fixedPattern(Number(argument(step, 1)), Number(step.args[2] ?? 0))),
  sparse(world, step) {
    fs.writeFileSync(at(world, step, 0), '');
    fs.truncateSync(at(world, step, 0), Number(argument(step, 1)));
  },
  symlink: (world, step) => fs.symlinkSync(fsPath(world.expand(argument(step, 1))), at(world, step, 0)),
  hardlink: (world, step) => fs.linkSync(at(world, step, 1), at(world, step, 0)),
  async fifo(world, step) {
    for (const target of step.args) await world.run('mkfifo', ['--', textOfBytes(world.resolve(target))]);
  },
  async socket(world, step) {
    for (const target of step.args) await leaveSocket(world, fsPath(world.resolve(target)));
  },
  chmod(world, step) {
    const mode = Number.parseInt(argument(step, 0), 8);
    for (const target of step.args.slice(1)) fs.chmodSync(fsPath(world.resolve(target)), mode);
  },
  rm: forEachPath((target) => fs.rmSync(target, { recursive: true })),
  mv: (world, step) => fs.renameSync(at(world, step, 0), at(world, step, 1)),
  async mtime(world, step) {
    const time = argument(step, 0);
    for (const target of step.args.slice(1)) {
      // touch(1), since Node takes negative times for "now" and fractions lose digits.
      await world.run('touch', ['-h', '-m', '-d', `@${time}`, '--', textOfBytes(world.resolve(target))]);
    }
  },
  settle(world, step) {
    const time = Number(argument(step, 0));
    for (const [target, status] of world.observedPaths()) {
      if (world.isFresh(status)) fs.lutimesSync(fsPath(target), time, time);
    }
  },
  async immutable(world, step) {
    const on = argument(step, 0) === 'on';
    for (const target of step.args.slice(1).map((name) => textOfBytes(world.resolve(name)))) {
      await world.run('chattr', [on ? '+i' : '-i', '--', target]);
      if (on) world.immutable.add(target);
      else world.immutable.delete(target);
    }
  },
};

function forEachPath(action: (target: string | Buffer) => void): StepAction {
  return (world, step) => {
    for (const target of step.args) action(fsPath(world.resolve(target)));
  };
}

function at(world: World, step: Step, index: number): string | Buffer {
  return fsPath(world.resolve(argument(step, index)));
}

function fixedPattern(size: number, seed: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, i) => i * 31 + seed * 17 + (i >> 8)));
}

/** Leaves a socket without a listener: closing a server removes the name that it was bound to, not this one. */
async function leaveSocket(world: World, target: string | Buffer): Promise<void> {
  const bound = path.join(world.top, '.tmp', 'socket');
  const server = net.createServer().listen(bound);
  await once(server, 'listening');
  fs.renameSync(bound, target);
  server.close();
  await once(server, 'close');
}
