import fs from 'node:fs';
import { onTestFinished } from 'vitest';
import { Latency } from '../../src/realdir/stat/latency.js';

/** Has walks of this process take the filesystem of a path for slow, or not, however fast it is, until the test ends. */
export function assumeSlow(place: string, isSlow = true): void {
  const latency = Latency.of(fs.statSync(place).dev);
  Object.defineProperty(latency, 'isSlow', { get: () => isSlow, configurable: true });
  onTestFinished(() => {
    Reflect.deleteProperty(latency, 'isSlow');
  });
}
