import { describe, expect, it } from 'vitest';
import { LocalShare } from '../../../src/realdir/hash/local-share.js';

const SMALL = 64 * 100;
const LARGE = 1 << 20;

/** The share of somebody who has submitted 100 MiB. */
function busy(): LocalShare {
  const share = new LocalShare();
  share.submit(100 << 20);
  return share;
}

describe('what the main thread hashes itself', () => {
  it('is everything, as long as it is little', () => {
    const share = new LocalShare();
    share.submit(LARGE);
    expect(share.includes(LARGE)).toBe(true);
  });

  it('are batches of few bytes, however many there are, once there is more', () => {
    expect(busy().includes(SMALL)).toBe(true);
    expect(busy().includes(LARGE)).toBe(false);
  });

  it('is nothing where each file takes long', () => {
    const share = busy();
    for (let batch = 0; batch < 3; batch += 1) share.took(64, SMALL, 64);
    expect(share.includes(SMALL)).toBe(false);
  });

  it('stays what it is when files took long now and then, or were large', () => {
    const share = busy();
    for (let batch = 0; batch < 9; batch += 1) {
      share.took(batch % 3 === 0 ? 1 : 64, SMALL, 64);
      share.took(1000, LARGE, 1);
    }
    expect(share.includes(SMALL)).toBe(true);
  });
});
