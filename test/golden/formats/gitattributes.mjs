import { AttributeRules } from '../../../dist/realdir/attributes/attributes.js';
import { bytesOfText, textOfBytes } from '../../../dist/util/byte-string.js';

/** As `git check-attr` prints it, which cannot tell `nogbundle=set` from set. */
function print(value) {
  return typeof value === 'string' ? value : textOfBytes(value.value);
}

function check({ attributes, path, value }) {
  const text = attributes === null ? null : Buffer.from(attributes);
  const actual = print(AttributeRules.parse(text).valueOf('nogbundle', bytesOfText(path)));
  if (actual !== value) {
    throw new Error(`attributes ${JSON.stringify(attributes)}, path ${JSON.stringify(path)}: expected ${value}, got ${actual}`);
  }
}

/** `{attributes, path, value}`: the value of the attribute `nogbundle`. */
export const format = {
  name: 'gitattributes',
  accepts: (relativeFile) => /(^|[^a-z])gitattributes([^a-z]|$)/.test(relativeFile),
  *cases(json) {
    for (const entry of [json].flat()) {
      yield { title: `${entry.path} with ${JSON.stringify(entry.attributes)}`, run: () => check(entry) };
    }
  },
};
