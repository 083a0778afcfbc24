import fc from 'fast-check';

/** What inputs for one parser are made of. */
export interface Language {
  /** Pieces that mean something to the parser, one character a byte. */
  readonly words: readonly string[];
  /** Inputs that are in order, and reach far into the parser. */
  readonly valid: readonly (Buffer | string)[];
}

type Edit = (bytes: Buffer) => Buffer;

const ALL_PLACES = 0x10000;
const place = fc.nat(ALL_PLACES - 1);
const ODD_BYTES = [0x00, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2f, 0x30, 0x5c, 0x7f, 0x80, 0xa0, 0xc3, 0xff];
const ODD_NUMBERS = [
  '',
  '0',
  '-1',
  '00',
  '07',
  '1e9',
  '0x1f',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '18446744073709551616',
  '9'.repeat(400),
];
const LONG_BYTES = 200_000;

/** The index that a place stands for, up to and including the end. */
function indexIn(bytes: Buffer, at: number): number {
  return Math.floor((at * (bytes.length + 1)) / ALL_PLACES);
}

function replaced(bytes: Buffer, start: number, end: number, by: Buffer | string): Buffer {
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(by as string, 'latin1'), bytes.subarray(end)]);
}

function edits(words: readonly Buffer[], others: readonly Buffer[]): fc.Arbitrary<Edit> {
  const set = (choose: (old: number) => number) => (at: number): Edit => (bytes) => {
    const copy = Buffer.from(bytes);
    const index = Math.min(indexIn(bytes, at), bytes.length - 1);
    if (index >= 0) copy[index] = choose(copy[index]!);
    return copy;
  };
  const range = (use: (bytes: Buffer, start: number, end: number) => Buffer) => (one: number, other: number): Edit => (bytes) => {
    const [start, end] = [indexIn(bytes, one), indexIn(bytes, other)];
    return use(bytes, Math.min(start, end), Math.max(start, end));
  };
  return fc.oneof(
    fc.tuple(place, fc.nat(7)).map(([at, bit]) => set((old) => old ^ (1 << bit))(at)),
    fc.tuple(place, fc.constantFrom(...ODD_BYTES)).map(([at, byte]) => set(() => byte)(at)),
    place.map(
      (at): Edit =>
        (bytes) =>
          bytes.subarray(0, indexIn(bytes, at)),
    ),
    fc.tuple(place, place).map(([a, b]) => range((bytes, start, end) => replaced(bytes, start, end, ''))(a, b)),
    fc
      .tuple(place, place, fc.integer({ min: 2, max: 6 }))
      .map(([a, b, times]) =>
        range((bytes, start, end) =>
          replaced(bytes, start, end, Buffer.concat(Array.from({ length: times }, () => bytes.subarray(start, end)))),
        )(a, b),
      ),
    fc.tuple(place, fc.constantFrom(...words)).map(
      ([at, word]): Edit =>
        (bytes) =>
          replaced(bytes, indexIn(bytes, at), indexIn(bytes, at), word),
    ),
    fc.tuple(place, place, fc.constantFrom(...others)).map(
      ([at, from, other]): Edit =>
        (bytes) =>
          Buffer.concat([bytes.subarray(0, indexIn(bytes, at)), other.subarray(indexIn(other, from))]),
    ),
    fc.tuple(fc.nat(5), fc.constantFrom(...ODD_NUMBERS)).map(([which, number]): Edit => (bytes) => {
      const found = [...bytes.toString('latin1').matchAll(/\d+/g)][which];
      return found === undefined ? bytes : replaced(bytes, found.index, found.index + found[0].length, number);
    }),
  );
}

function buffers(texts: readonly (Buffer | string)[]): Buffer[] {
  return texts.map((text) => (typeof text === 'string' ? Buffer.from(text, 'latin1') : text));
}

/** Valid inputs that were damaged: bits flipped, bytes changed, parts cut out, repeated, spliced, words and numbers put in. */
export function damaged({ words, valid }: Language): fc.Arbitrary<Buffer> {
  const texts = buffers(valid);
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(edits(buffers(words), texts), { maxLength: 4 }))
    .map(([text, changes]) => changes.reduce((bytes, change) => change(bytes), text));
}

/** Any bytes, words of the language in any order, and damaged inputs. */
export function hostile(language: Language): fc.Arbitrary<Buffer> {
  const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
  const words = fc.array(fc.constantFrom(...buffers(language.words)), { maxLength: 24 }).map((list) => Buffer.concat(list));
  return fc.oneof({ weight: 1, arbitrary: bytes }, { weight: 2, arbitrary: words }, { weight: 4, arbitrary: damaged(language) });
}

/** Words repeated until the whole is long, between other words: whoever takes quadratic time shows it here. */
export function long({ words, valid }: Language): fc.Arbitrary<Buffer> {
  const few = fc.array(fc.constantFrom(...buffers(words)), { maxLength: 3 }).map((list) => Buffer.concat(list));
  const start = fc.oneof(few, fc.constantFrom(...buffers(valid)));
  const repeated = fc.array(fc.constantFrom(...buffers(words)), { minLength: 1, maxLength: 3 }).map((list) => Buffer.concat(list));
  return fc
    .tuple(start, repeated, few)
    .map(([before, piece, after]) => Buffer.concat([before, Buffer.alloc(piece.length === 0 ? 0 : LONG_BYTES, piece), after]));
}
