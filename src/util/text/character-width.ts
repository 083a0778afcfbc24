/** How many code units of `text` the character at `at` takes; at least 1. */
export type CharacterWidth = (text: string, at: number) => number;

/** Every byte is a character. */
export const byteWidth: CharacterWidth = () => 1;

/** A character is a Unicode code point; a lone surrogate is one, too. */
export const codePointWidth: CharacterWidth = (text, at) => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** In a byte string, a character is a code point in UTF-8; a byte that is not part of one is a character. */
export const utf8Width: CharacterWidth = (text, at) => {
  const lead = text.charCodeAt(at);
  if (lead < 0xc2 || lead > 0xf4) return 1;
  const width = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (let i = 1; i < width; i++) {
    // NaN behind the end of the text is no continuation byte either.
    if ((text.charCodeAt(at + i) & 0xc0) !== 0x80) return 1;
  }
  return isShortestForm(lead, text.charCodeAt(at + 1)) ? width : 1;
};

/** False for overlong sequences, surrogates and code points above U+10FFFF (RFC 3629, section 4). */
function isShortestForm(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second < 0xa0;
  if (lead === 0xf0) return second >= 0x90;
  if (lead === 0xf4) return second < 0x90;
  return true;
}
