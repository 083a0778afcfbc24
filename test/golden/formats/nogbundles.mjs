import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AttributeRules } from '../../../dist/realdir/attributes/attributes.js';
import { NogbundlePatterns } from '../../../dist/realdir/attributes/nogbundle-patterns.js';
import { findNogbundles } from '../../../dist/realdir/attributes/nogbundles.js';
import { bytesOfText, textOfBytes } from '../../../dist/util/byte-string.js';

function withRealdir({ dirs, symlinks }, use) {
  const realdir = fs.mkdtempSync(path.join(os.tmpdir(), 'git-fso-golden-'));
  try {
    for (const dir of dirs) fs.mkdirSync(path.join(realdir, dir), { recursive: true });
    for (const [link, target] of Object.entries(symlinks ?? {})) fs.symlinkSync(target, path.join(realdir, link));
    return use(realdir);
  } finally {
    fs.rmSync(realdir, { recursive: true, force: true });
  }
}

function find(entry) {
  const content = (text) => (text === null ? null : Buffer.from(text));
  const patterns = NogbundlePatterns.parse(content(entry.nogbundles));
  const attributes = AttributeRules.parse(content(entry.gitattributes));
  return withRealdir(entry, (realdir) => {
    const fail = (dir, error) => {
      throw new Error(`${dir}: ${error.message}`);
    };
    const { selected, recorded } = findNogbundles(bytesOfText(realdir), patterns, attributes, fail);
    return { selected: [...selected].map(textOfBytes), recorded: [...recorded].map(textOfBytes) };
  });
}

/** Where the reference fails or differs by accident, `recorded` is not its own; then it follows from `selected`. */
function expectedOf(entry) {
  const selected = entry.specified ?? entry.selected;
  const innermost = selected.filter((dir) => !selected.some((other) => other.startsWith(`${dir}/`)));
  return { selected, recorded: entry.specified === undefined && entry.recorded !== null ? entry.recorded : innermost };
}

function check(entry) {
  const actual = JSON.stringify(find(entry));
  const expected = JSON.stringify(expectedOf(entry));
  if (actual !== expected) throw new Error(`case ${JSON.stringify(entry)}:\nexpected ${expected}\ngot ${actual}`);
}

/** `{title, nogbundles, gitattributes, dirs, symlinks, selected, recorded, specified, …}`. */
export const format = {
  name: 'nogbundles',
  accepts: (relativeFile) => /(^|[^a-z])nogbundles([^a-z]|$)/.test(relativeFile),
  *cases(json) {
    for (const entry of [json].flat()) {
      yield { title: `${entry.title}: ${JSON.stringify(entry.nogbundles)}`, run: () => check(entry) };
    }
  },
};
