import fc from 'fast-check';
import type { ByteString } from '../../src/util/byte-string.js';

/** Names of few letters, so that patterns and paths meet, with bytes that mean something in patterns. */
export const nameBytes: fc.Arbitrary<ByteString> = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'c',
      'a',
      'b',
      'ab',
      '.',
      '-',
      '!',
      '#',
      ' ',
      '\\',
      '[',
      ']',
      '*',
      '?',
      '\xc3\xa9',
      '\xe9',
      '^',
      '\t',
      '\r',
      '\x7f',
      '"',
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((pieces) => pieces.join(''))
  .filter((name) => name !== '.' && name !== '..');

/** Paths of up to four components. */
export const pathBytes: fc.Arbitrary<ByteString> = fc.array(nameBytes, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));

const pieces = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'c',
      '*',
      '*',
      '**',
      '***',
      '?',
      '/',
      '/',
      '**/',
      '/**',
      '/**/',
      '\\',
      '[ab]',
      '[!a]',
      '[^b]',
      '[a-c]',
      '[',
      ']',
      '[]a]',
      '[!]a]',
      '[a-',
      '[\\]a]',
      '[[:alpha:]]',
      '[[:foo:]]',
      '[[:space:]]',
      '[![:alnum:]]',
      '[a/b]',
      '[--a]',
      '[b-a]',
      '[[:]',
      '[[::]]',
      '[\\a-c]',
      '[a\\-c]',
      '[]-a]',
      '[a-\\c]',
      '[*]',
      ' ',
      '\\ ',
      '#',
      '!',
      '\t',
      '.',
      '-',
      '\xc3\xa9',
      '\xe9',
      '\\*',
      '\\!',
      '\\/',
      '**\\/',
      '//',
      '[\x80-\xff]',
      '"',
      '\0',
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''));

/** A pattern that is like `path`, with wildcards in some places. */
const similarTo = (path: ByteString): fc.Arbitrary<ByteString> =>
  fc
    .tuple(
      ...path
        .split('/')
        .map((name) =>
          fc.oneof(
            {
              weight: 3,
              arbitrary: fc.constantFrom(
                name,
                name,
                `*${name.slice(1)}`,
                `${name.slice(0, -1)}?`,
                `[${name[0]}]${name.slice(1)}`,
                `\\${name}`,
                `${name[0]}**`,
              ),
            },
            { weight: 1, arbitrary: fc.constantFrom('*', '**', '?*', '**/*') },
          ),
        ),
    )
    .map((names) => names.join('/'));

/** A pattern for paths: some are random, most are made to match one of `paths` or what is around it. */
export function patternBytes(paths: readonly ByteString[]): fc.Arbitrary<ByteString> {
  const similar = fc.constantFrom(...paths)
    .chain((path) => fc.nat(path.split('/').length - 1).map((from) => path.split('/').slice(from).join('/')))
    .chain(similarTo);
  return fc.tuple(fc.oneof(pieces, similar, similar), fc.constantFrom('', '', '/', '**/'), fc.constantFrom('', '', '/', '/**'))
    .map(([body, start, end]) => `${start}${body}${end}`);
}
