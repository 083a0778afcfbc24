import { readFileSync } from 'node:fs';
import { unlessErrno } from '../errors.js';

/** capability.h: bits that let a process read everything. */
const CAP_DAC_OVERRIDE = 1n << 1n;
const CAP_DAC_READ_SEARCH = 1n << 2n;

/** True if this process may read and enter everything, whoever it belongs to; false where that cannot be found out. */
export function mayReadEverything(): boolean {
  const status = unlessErrno(['ENOENT', 'EACCES'], '', () => readFileSync('/proc/self/status', 'latin1'));
  const [, effective = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  return (BigInt(`0x${effective}`) & (CAP_DAC_OVERRIDE | CAP_DAC_READ_SEARCH)) !== 0n;
}
