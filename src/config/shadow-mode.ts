import { z } from 'zod';

const OCTAL = /^0?o?[0-7]{3}$/;

/** A mode in octal digits, such as `0750`. */
export const shadowModeText = z.string().regex(OCTAL, {
  error: ({ input }) => `${JSON.stringify(input)} is not a mode; allowed: three octal digits, also with a leading 0, such as "0750"`,
});

/** The number that a valid mode stands for. */
export function parseShadowMode(text: string): number {
  return Number.parseInt(text.slice(-3), 8);
}
