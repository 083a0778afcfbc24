import type { TreeNode } from '../tree/prune.js';

const DAY = 86_400;
const YEAR = 365 * DAY;

/** A shade of the picture, with what it means. */
export interface Shade {
  /** Class of an element of SVG. */
  readonly name: string;
  readonly meaning: string;
}

/** By how much of what was there something has grown, from the least to the most. */
const GROWTH_STEPS = [
  { most: -0.5, meaning: 'shrank by half or more' },
  { most: -0.1, meaning: 'shrank by 10 % or more' },
  { most: -0.01, meaning: 'shrank by 1 % or more' },
  { most: 0.01, meaning: 'as it was' },
  { most: 0.1, meaning: 'grew by 1 % or more' },
  { most: 0.5, meaning: 'grew by 10 % or more' },
  { most: Number.POSITIVE_INFINITY, meaning: 'grew by half or more' },
] as const;

/** How long ago the youngest file was modified, in seconds. */
const AGE_STEPS = [
  { most: 30 * DAY, meaning: 'less than 30 days' },
  { most: 90 * DAY, meaning: 'less than 90 days' },
  { most: YEAR, meaning: 'less than a year' },
  { most: 2 * YEAR, meaning: 'less than 2 years' },
  { most: 5 * YEAR, meaning: 'less than 5 years' },
  { most: Number.POSITIVE_INFINITY, meaning: '5 years or more' },
] as const;

/** All shades that tell growth. */
export const GROWTH_SHADES: readonly Shade[] = [
  ...GROWTH_STEPS.map(({ meaning }, index) => ({ name: `g${index}`, meaning })),
  { name: 'gn', meaning: 'new' },
];

/** All shades that tell age. */
export const AGE_SHADES: readonly Shade[] = [
  ...AGE_STEPS.map(({ meaning }, index) => ({ name: `a${index}`, meaning })),
  { name: 'ax', meaning: 'not known' },
];

/** The shade for the growth of a node. */
export function growthShade({ size, before }: Pick<TreeNode, 'size' | 'before'>): string {
  if (before === 0) return size > 0 ? 'gn' : 'g3';
  const share = (size - before) / before;
  // What shrank by exactly a step is in the step that says so.
  const index = share < 0 ? GROWTH_STEPS.findIndex(({ most }) => share <= most) : GROWTH_STEPS.findIndex(({ most }) => share < most);
  return `g${Math.max(index, 0)}`;
}

/** The shade for the age of a node. @param now seconds since 1970 */
export function ageShade({ newest }: Pick<TreeNode, 'newest'>, now: number): string {
  return newest === null ? 'ax' : `a${AGE_STEPS.findIndex(({ most }) => now - newest < most)}`;
}
