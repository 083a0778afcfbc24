import fs from 'node:fs';
import path from 'node:path';
import { textOfBytes } from '../../src/util/byte-string.js';
import type { StepAction } from './real-steps.js';
import { argument, contentOf } from './real-steps.js';

/** Steps that use Git in nested repositories, or like an administrator in the shadow repo, by verb. */
export const gitSteps: Readonly<Record<string, StepAction>> = {
  async repo(world, step) {
    for (const target of step.args) {
      const dir = textOfBytes(world.resolve(target));
      await world.run('git', ['init', '--template=', '-b', 'master', '-q', dir]);
      await world.run('git', ['-C', dir, 'config', 'gc.auto', '0']);
      await world.run('git', ['-C', dir, 'config', 'core.looseCompression', '0']);
    }
  },
  async commit(world, step) {
    const dir = textOfBytes(world.resolve(argument(step, 0)));
    const message = textOfBytes(step.args[1] ?? 'change');
    await world.run('git', ['-c', 'advice.addEmbeddedRepo=false', '-C', dir, 'add', '-A']);
    await world.run('git', ['-C', dir, 'commit', '-q', '--allow-empty', '-m', message], { env: world.datedEnv() });
  },
  async git(world, step) {
    const dir = textOfBytes(world.resolve(argument(step, 0)));
    await world.run('git', ['-C', dir, ...step.args.slice(1).map(textOfBytes)], { env: world.datedEnv() });
  },
  async sh(world, step) {
    const script = textOfBytes(step.block ?? step.rest);
    await world.run('/bin/sh', ['-eu', '-c', `umask 022\n${script}`], { env: { ...world.datedEnv(), T: world.top } });
  },
  stub(world, step) {
    const file = textOfBytes(argument(step, 0));
    const target = path.join(world.shadow, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, contentOf(step));
    world.touchedStubFiles.add(file);
  },
  'stub-rm'(world, step) {
    for (const file of step.args.map(textOfBytes)) {
      fs.rmSync(path.join(world.shadow, file));
      world.touchedStubFiles.add(file);
    }
  },
  async 'stub-commit'(world, step) {
    const head = await world.run('git', ['-C', world.shadow, 'symbolic-ref', 'HEAD']);
    if (head.stdout.toString().trim() !== 'refs/heads/master-stub') throw new Error(`HEAD of the shadow repo is ${head.stdout}`);
    await world.run('git', ['-C', world.shadow, 'add', '-f', '-A', '--', ...world.touchedStubFiles]);
    await world.run('git', ['-C', world.shadow, 'commit', '-q', '-m', textOfBytes(step.args[0] ?? 'edit stub')]);
    world.touchedStubFiles.clear();
  },
  shadow: (world, step) => world.useShadow(textOfBytes(argument(step, 0))),
};
