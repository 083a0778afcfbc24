/** What is said of a directory whose ignore rules cost too much. @param steps the limit */
export function spentWarning(steps: number): string {
  return `its ignore rules take more than ${steps} steps to compare with its entries: nothing new is recorded in it (limits.ignoreSteps)`;
}

/** What is said of a file whose content is not taken. Both in bytes. */
export function tooLargeWarning(size: number | bigint, most: number): string {
  return `has ${size} bytes, and scheduled runs take ${most} at most: it keeps its last record (limits.readme; \`git-fso content\` ` +
    `takes it)`;
}

/** The same, because of other files. @param most bytes of all files together */
export function tooMuchWarning(most: number): string {
  return `is left for another run, since one takes ${most} bytes of changed files at most (limits.readme; \`git-fso content\` takes it)`;
}
