import { oidFromHex } from '../../../dist/git/objects/object-id.js';
import { gitNogCommit } from '../../../dist/shadow/read/heads.js';

function check({ heads, gitNogCommit: expected }) {
  const commits = Object.entries(heads).map(([facet, hex]) => [facet, hex === null ? null : oidFromHex(hex)]);
  const actual = gitNogCommit(Object.fromEntries(commits));
  if (actual !== expected) throw new Error(`heads ${JSON.stringify(heads)}: expected ${expected}, got ${actual}`);
}

/** `{heads, protobuf, gitNogCommit}`. */
export const format = {
  name: 'git-nog-commit',
  accepts: (relativeFile) => /(^|[^a-z])git-nog-commit([^a-z]|$)/.test(relativeFile),
  *cases(json) {
    for (const entry of [json].flat()) yield { title: JSON.stringify(entry.heads), run: () => check(entry) };
  },
};
