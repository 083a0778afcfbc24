import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { helperBeside, randomName } from '../git/durable-file.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import type { ShadowRepo } from './shadow-repo.js';

const HEADER = 'git-fso stat-seen 1\n';
const CHECKSUM_LENGTH = 20;
/** Bytes of what is remembered of one directory: a tree id and a digest. */
export const PAIR_LENGTH = 40;

function checksum(text: ByteString): ByteString {
  return createHash('sha1').update(text, 'latin1').digest('latin1' as 'hex');
}

function pathOf(repo: ShadowRepo): ByteString {
  return joinPath(repo.gitDir, 'fso/stat-seen');
}

/**
 * What `stat` remembers about directories (`SeenDirectories`), from `.git/fso/stat-seen`. Empty if
 * the file is missing, damaged or unreadable: it only saves time.
 */
export function readSeen(repo: ShadowRepo): ByteString {
  let text: ByteString;
  try {
    text = readFileSync(fsPath(pathOf(repo)), 'latin1');
  } catch {
    return '';
  }
  const end = text.length - CHECKSUM_LENGTH;
  const isWhole = text.startsWith(HEADER) && (end - HEADER.length) % PAIR_LENGTH === 0;
  return isWhole && checksum(text.slice(0, end)) === text.slice(end) ? text.slice(HEADER.length, end) : '';
}

/** Replaces the file. Failures do not matter; and nothing is synced, because the checksum tells what a crash left. */
export function writeSeen(repo: ShadowRepo, pairs: ByteString): void {
  const temporary = helperBeside(pathOf(repo), `tmp-${randomName()}`);
  try {
    writeFileSync(fsPath(temporary), HEADER + pairs + checksum(HEADER + pairs), 'latin1');
    renameSync(fsPath(temporary), fsPath(pathOf(repo)));
  } catch {
    rmSync(fsPath(temporary), { force: true });
  }
}
