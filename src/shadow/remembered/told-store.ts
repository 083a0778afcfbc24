import { createHash } from 'node:crypto';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import { parsedJson } from '../../util/text/parsed-json.js';
import { ForeignFileError } from '../../storage/stored-file.js';
import { StateDirectory, stateFileOf } from './state-directory.js';

/**
 * Remembers what was said about the parts of a directory, one file a directory below the shadow root, so that what stays as it
 * is need not be said again and again. Where that cannot be stored, it is said again.
 */
export class ToldStore {
  private readonly directory: StateDirectory;
  /** What is remembered of the directory that was asked for last, since it has several parts. */
  private last: { readonly file: ByteString; readonly parts: Readonly<Record<string, unknown>> } | null = null;

  /** @param shadowRoot absolute path of the shadow root */
  constructor(shadowRoot: ByteString) {
    this.directory = new StateDirectory(shadowRoot, 'told');
  }

  /**
   * Notes what there is to say about a part now.
   * @returns true if it was said already, or there is nothing to say
   */
  wasTold(path: ByteString, part: string, lines: readonly string[]): boolean {
    const file = stateFileOf(path);
    const before = this.read(file);
    const text = lines.length === 0 ? undefined : createHash('sha256').update(lines.join('\n')).digest('hex');
    if (before[part] === text) return true;
    const { [part]: _old, ...others } = before;
    this.write(file, path, text === undefined ? others : { ...others, [part]: text });
    return text === undefined;
  }

  /** Notes texts about a part that are to be found again by `texts`. */
  set(path: ByteString, part: string, texts: readonly string[]): void {
    const file = stateFileOf(path);
    const before = this.read(file);
    if (JSON.stringify(before[part] ?? []) === JSON.stringify(texts)) return;
    const { [part]: _old, ...others } = before;
    this.write(file, path, texts.length === 0 ? others : { ...others, [part]: texts });
  }

  /** All texts about parts whose names begin so, with the paths of the directories as text. */
  *texts(partPrefix: string): Generator<{ readonly path: string; readonly text: string }> {
    for (const name of this.names().filter((each) => each.endsWith('.json'))) {
      const { path, parts } = this.readAll(name);
      for (const [part, texts] of Object.entries(parts)) {
        if (!part.startsWith(partPrefix) || typeof path !== 'string' || !Array.isArray(texts)) continue;
        for (const text of texts) if (typeof text === 'string') yield { path, text };
      }
    }
  }

  private names(): readonly ByteString[] {
    try {
      return this.directory.names();
    } catch (error) {
      if (error instanceof ForeignFileError) return [];
      throw error;
    }
  }

  private readAll(file: ByteString): { readonly path?: unknown; readonly parts: Readonly<Record<string, unknown>> } {
    if (!this.directory.mayHave(file)) return { parts: {} };
    try {
      const { path, parts } = parsedJson(this.directory.read(file));
      return { path, parts: typeof parts === 'object' && parts !== null ? { ...parts } : {} };
    } catch (error) {
      // Mostly, there is no such file.
      if (errnoOf(error) === undefined && !(error instanceof ForeignFileError)) throw error;
      return { parts: {} };
    }
  }

  private read(file: ByteString): Readonly<Record<string, unknown>> {
    if (this.last?.file !== file) this.last = { file, parts: this.readAll(file).parts };
    return this.last.parts;
  }

  private write(file: ByteString, path: ByteString, parts: Readonly<Record<string, unknown>>): void {
    this.last = null;
    try {
      if (Object.keys(parts).length === 0) this.directory.remove(file);
      else this.directory.write(file, `${JSON.stringify({ path: textOfBytes(path), parts }, null, 2)}\n`);
    } catch (error) {
      // The disk may be full, or the shadow root read-only: that is told by what fails because of it.
      if (!(error instanceof Error)) throw error;
    }
  }
}
