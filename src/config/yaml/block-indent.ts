const HEADER = /^((?: |- )*)(patterns|enabledPaths|initPolicy): *\|([+-]?)[ \t]*(#.*)?$/;
/** YAML allows no more in an indentation indicator. */
const MOST_INDENT = 9;

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/**
 * Makes the indentation of blocks of patterns meaningless, also where the first line has more of it than
 * others, as in a right-aligned list. YAML takes the first line as the measure, unless the header says
 * what it is: so this adds the number to such headers. Lines and columns stay as they are otherwise.
 */
export function relaxBlockIndent(text: string): string {
  if (!text.includes('|')) return text;
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    const header = HEADER.exec(line.replace(/\r$/, ''));
    if (header === null) continue;
    const parent = header[1]!.length;
    let first: number | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (let next = at + 1; next < lines.length; next++) {
      if (lines[next]!.trim() === '') continue;
      const indent = indentOf(lines[next]!);
      if (indent <= parent) break;
      first ??= indent;
      least = Math.min(least, indent);
    }
    if (first !== null && first > least && least - parent <= MOST_INDENT) lines[at] = line.replace('|', `|${least - parent}`);
  }
  return lines.join('\n');
}
