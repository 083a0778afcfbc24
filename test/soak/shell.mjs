// Programs of the system that a soak needs.
import { spawnSync } from 'node:child_process';

function run(command, ...args) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { ok: status === 0, stderr };
}

export function mustRun(command, ...args) {
  const { ok, stderr } = run(command, ...args);
  if (!ok) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}

/** Busy filesystems leave as an impatient admin has them leave. */
export function unmount(place) {
  if (!run('umount', place).ok) mustRun('umount', '-l', place);
}
