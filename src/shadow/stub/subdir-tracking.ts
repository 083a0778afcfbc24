/** How a shadow repo may treat subdirectories (NOE-18, Init strategies). */
export const SUBDIR_TRACKINGS = ['enter-subdirs', 'bundle-subdirs', 'ignore-subdirs', 'ignore-most'] as const;

export type SubdirTracking = (typeof SUBDIR_TRACKINGS)[number];
