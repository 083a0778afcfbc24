import { hash } from 'node:crypto';
import {
  closeSync, constants, existsSync, fstatSync, ftruncateSync, openSync, renameSync, rmSync, writeFileSync, writeSync,
} from 'node:fs';
import { helperBeside, randomName } from '../../storage/durable-file.js';
import { PRIVATE_FILE } from '../../storage/file-mode.js';
import { readStoredText } from '../../storage/stored-file.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';

const CHECKSUM_LENGTH = 20;
/** What is remembered of some seven million directories; beyond, it has to be found out anew. */
const MAX_BYTES = 256 * 1024 * 1024;
const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

function checksum(text: ByteString): ByteString {
  return hash('sha1', Buffer.from(text, 'latin1'), 'latin1' as 'hex');
}

/**
 * A file below `.git/fso` that saves time and nothing else: who deletes it loses no record. It is not
 * synced; a checksum tells what a crash left of it.
 */
export class RememberedFile {
  /** @param name the file's name below `.git/fso`, which is also in its first line, with a version */
  constructor(
    private readonly name: string,
    private readonly version: number,
  ) {}

  /** What was written; null if the file is missing, damaged, unreadable or of another version. */
  read(gitDir: ByteString): ByteString | null {
    let text: ByteString;
    const path = this.pathIn(gitDir);
    try {
      // Small repositories have nothing to remember; an error of the system costs more than to look.
      if (!existsSync(fsPath(path))) return null;
      text = readStoredText(path, MAX_BYTES);
    } catch {
      return null;
    }
    const end = text.length - CHECKSUM_LENGTH;
    const { header } = this;
    return text.startsWith(header) && checksum(text.slice(0, end)) === text.slice(end) ? text.slice(header.length, end) : null;
  }

  /** Replaces the file. Failures do not matter. */
  write(gitDir: ByteString, body: ByteString): void {
    const path = this.pathIn(gitDir);
    const temporary = helperBeside(path, `tmp-${randomName()}`);
    const text = this.header + body;
    try {
      writeFileSync(fsPath(temporary), text + checksum(text), { encoding: 'latin1', mode: PRIVATE_FILE });
      renameSync(fsPath(temporary), fsPath(path));
    } catch {
      rmSync(fsPath(temporary), { force: true });
    }
  }

  /**
   * Writes over what is there, ten times faster than replacing it, which is for small files that each run
   * writes. Whoever reads meanwhile finds nothing. Failures do not matter.
   */
  overwrite(gitDir: ByteString, body: ByteString): void {
    const text = this.header + body;
    const bytes = Buffer.from(text + checksum(text), 'latin1');
    try {
      const fd = openSync(fsPath(this.pathIn(gitDir)), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, PRIVATE_FILE);
      try {
        writeSync(fd, bytes);
        // Cutting it off before writing has some filesystems write it to the disk at once.
        if (fstatSync(fd).size !== bytes.length) ftruncateSync(fd, bytes.length);
      } finally {
        closeSync(fd);
      }
    } catch {
      // Without it, directories are walked once more, and nobody knows from when sums are.
    }
  }

  private get header(): string {
    return `git-fso ${this.name} ${this.version}\n`;
  }

  private pathIn(gitDir: ByteString): ByteString {
    return joinPath(gitDir, `fso/${this.name}`);
  }
}
