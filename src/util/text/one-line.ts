/** What a program has said, for a message: its lines as parts of one. */
export function oneLine(text: string): string {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '').join('; ');
}
