import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findLimitViolation, limitFor } from '../../../dist/discovery/policy/init-limits.js';
import { bytesOfText } from '../../../dist/util/byte-string.js';

async function withRealdir({ dirs = [], files = [], symlinks = {}, hardlinks = {} }, use) {
  const realdir = fs.mkdtempSync(path.join(os.tmpdir(), 'git-fso-golden-'));
  const place = (relative) => {
    const target = path.join(realdir, relative);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    return target;
  };
  try {
    for (const dir of dirs) fs.mkdirSync(path.join(realdir, dir), { recursive: true });
    for (const file of files) {
      fs.writeFileSync(place(file.path), '');
      fs.truncateSync(place(file.path), file.size);
    }
    for (const [link, target] of Object.entries(symlinks)) fs.symlinkSync(target, place(link));
    for (const [name, existing] of Object.entries(hardlinks)) fs.linkSync(path.join(realdir, existing), place(name));
    return await use(realdir);
  } finally {
    fs.rmSync(realdir, { recursive: true, force: true });
  }
}

function limitsOf({ maxFiles = 0, maxBytes = 0, prefixLimits, repoLimits }) {
  const list = (limits) => (limits ?? []).map((limit) => ({ maxFiles: 0, maxBytes: 0, ...limit, path: bytesOfText(limit.path) }));
  return { maxFiles, maxBytes, prefixLimits: list(prefixLimits), repoLimits: list(repoLimits) };
}

function decide(entry) {
  return withRealdir(entry, async (realdir) => {
    const limit = limitFor(limitsOf(entry.limits), bytesOfText(entry.repo));
    const violation = await findLimitViolation(limit, bytesOfText(realdir), entry.tracking);
    const message = violation?.message.replaceAll(realdir, '<realdir>') ?? null;
    return { allowed: violation === null, reason: violation?.reason ?? null, message };
  });
}

async function check(entry) {
  const { title, allowed, reason, message, ...input } = entry;
  const expected = JSON.stringify({ allowed, reason, message });
  const actual = JSON.stringify(await decide(entry));
  if (actual !== expected) throw new Error(`${title}: ${JSON.stringify(input)}:\nexpected ${expected}\ngot ${actual}`);
}

/** `{title, dirs, files, symlinks, hardlinks, limits, repo, tracking, allowed, reason, message}`. */
export const format = {
  name: 'init-limits',
  accepts: (relativeFile) => /(^|[^a-z])init-limits([^a-z]|$)/.test(relativeFile),
  *cases(json) {
    for (const entry of [json].flat()) {
      const { title, tracking, repo } = entry;
      yield { title: `${title}: ${tracking}, ${repo}`, run: () => check(entry) };
    }
  },
};
