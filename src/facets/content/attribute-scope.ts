import type { AttributeFile } from '../../realdir/attributes/attributes.js';
import { AttributeRules } from '../../realdir/attributes/attributes.js';
import type { ContentAttributes } from '../../realdir/attributes/content-filter.js';
import { contentAttributes } from '../../realdir/attributes/content-filter.js';
import type { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import { readBounded } from '../../realdir/read/read-bounded.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';

/** More rules in a directory and those above it are refused, in bytes: real ones have a few kilobytes. */
const MAX_GITATTRIBUTES = 1024 * 1024;

/**
 * The attributes that apply in one directory of a realdir. Like `git add`, it takes what is
 * recorded as `.gitattributes` where the realdir has no such file (gitattributes(5)).
 */
export class AttributeScope {
  static readonly outside = new AttributeScope([], MAX_GITATTRIBUTES);

  private rules: AttributeRules | null = null;

  private constructor(
    private readonly files: readonly AttributeFile[],
    private readonly room: number,
  ) {}

  /**
   * The scope of the cursor's directory, seen from that of its parent.
   * @param recorded the `.gitattributes` that the branch has for this directory
   * @throws FsoError, system errors if the file is there but cannot be used: then nobody knows how
   *   Git would store what is in the directory
   */
  enter(cursor: DirectoryCursor, path: ByteString, recorded: () => Buffer | null): AttributeScope {
    const file = readBounded(cursor.reach('.gitattributes'), this.room);
    if (file?.truncated === true)
      throw new FsoError(`.gitattributes has more than ${MAX_GITATTRIBUTES} bytes, with those of the directories above`);
    const text = file?.bytes ?? recorded();
    return text === null ? this : new AttributeScope([...this.files, { dir: path, text }], Math.max(0, this.room - text.length));
  }

  /** What the attributes say about the content of a file; its path is relative to the realdir. */
  of(path: ByteString): ContentAttributes {
    this.rules ??= AttributeRules.stack(this.files);
    const { rules } = this;
    return contentAttributes((name) => rules.valueOf(name, path));
  }
}
