import type { CliContext } from '../context.js';

/** What is coloured, as in Git's own lists of changes. */
const CODES = { added: '32', modified: '33', deleted: '31', moved: '36', faint: '2' } as const;

/** Colours for a terminal; elsewhere, and with NO_COLOR (no-color.org), there are none. */
export class Palette {
  private constructor(private readonly isOn: boolean) {}

  static readonly plain = new Palette(false);

  static for({ env, stdout }: Pick<CliContext, 'env' | 'stdout'>): Palette {
    const isWanted = (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
    return new Palette(stdout.isTTY && isWanted);
  }

  paint(what: keyof typeof CODES, text: string): string {
    return this.isOn ? `\u001b[${CODES[what]}m${text}\u001b[0m` : text;
  }
}
