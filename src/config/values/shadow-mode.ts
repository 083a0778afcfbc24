import * as z from 'zod';
import type { ShadowMode } from '../../shadow/access/access.js';

/** The owner may do everything, group and others may list and enter or nothing, and others no more than the group. */
const MODE = /^(0?o?7(00|50|55)|mirror)$/;

const ALLOWED = 'allowed: "0700" (closed to group and others), "0750" (the group may read), "0755" (everybody may read), mirror';

function reasonAgainst(text: unknown): string {
  const digits = typeof text === 'string' ? /^0?o?[0-7]?([0-7]{3})$/.exec(text)?.[1] : undefined;
  if (digits === undefined) return 'is not a mode';
  if ((Number.parseInt(digits, 8) & 0o022) !== 0) return 'lets others write, and whoever writes there decides what git-fso does next';
  return 'makes no sense for shadow directories';
}

/** A mode in octal digits, such as `0750`, or `mirror`. */
export const shadowModeText = z.string().regex(MODE, {
  error: ({ input }) => `${JSON.stringify(input)} ${reasonAgainst(input)}; ${ALLOWED}`,
});

/** What a valid text stands for. */
export function parseShadowMode(text: string): ShadowMode {
  return text === 'mirror' ? text : Number.parseInt(text.slice(-3), 8);
}
