import { describe, expect, test } from 'vitest';
import { Latency } from '../../../src/realdir/stat/latency.js';

describe('how slow a filesystem is', () => {
  test('is decided by most calls, not by a few that are slow, and may change', () => {
    const ofOther = Latency.of(-1);
    const window = ofOther.enterDirectory();
    for (let i = 0; i < window; i += 1) ofOther.add(i < window / 4 ? 100 : 0.01);
    expect(ofOther.isSlow).toBe(false);
    for (let i = 0; i < window; i += 1) ofOther.add(i < window / 4 ? 0.01 : 1);
    expect(ofOther.isSlow).toBe(true);
    expect(Latency.of(-1).isSlow, 'one decision for the whole process').toBe(true);
    expect(Latency.of(-2).isSlow).toBe(false);
    for (let i = 0; i < window; i += 1) ofOther.add(0.01);
    expect(ofOther.isSlow).toBe(false);
  });

  test('listing directories counts as well, by the number of names', () => {
    const ofOther = Latency.of(-4);
    for (let i = 0; i < 16; i += 1) ofOther.addListing(5, 10_000);
    expect(ofOther.isSlow).toBe(false);
    for (let i = 0; i < 16; i += 1) ofOther.addListing(5, 10);
    expect(ofOther.isSlow).toBe(true);
  });

  test('is found out from the calls of a walk, and later ones cost little', () => {
    const ofOther = Latency.of(-3);
    const window = ofOther.enterDirectory();
    expect(window).toBeGreaterThan(0);
    for (let i = 0; i < window; i += 1) {
      ofOther.add(0.01);
      ofOther.addListing(0.01, 10);
    }
    const timed = Array.from({ length: 1000 }, () => ofOther.enterDirectory()).reduce((sum, calls) => sum + calls, 0);
    expect(timed).toBeGreaterThan(0);
    expect(timed).toBeLessThan(100);
  });
});
