import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** A filesystem in a file, whose blocks can be changed behind its back, so that no time of any file changes. */
export class DiskImage {
  private isMounted = false;

  private constructor(
    private readonly file: string,
    readonly mountPoint: string,
  ) {}

  /** Null where nothing may be mounted. @param directory an empty one */
  static make(directory: string, megabytes: number): DiskImage | null {
    const image = new DiskImage(path.join(directory, 'image'), path.join(directory, 'disk'));
    fs.mkdirSync(image.mountPoint);
    fs.closeSync(fs.openSync(image.file, 'w'));
    fs.truncateSync(image.file, megabytes << 20);
    if (spawnSync('mkfs.ext4', ['-q', '-I', '256', '-N', String(megabytes * 256), image.file]).status !== 0) return null;
    if (!image.tryMount()) return null;
    onTestFinished(() => image.unmount());
    return image;
  }

  private tryMount(): boolean {
    this.isMounted = spawnSync('mount', ['-o', 'loop', this.file, this.mountPoint]).status === 0;
    return this.isMounted;
  }

  unmount(): void {
    if (!this.isMounted) return;
    execFileSync('umount', [this.mountPoint]);
    this.isMounted = false;
    // The device lets go of the file a little later.
    while (execFileSync('losetup', ['-j', this.file]).length > 0) spawnSync('sleep', ['0.05']);
  }

  mount(): void {
    if (!this.tryMount()) throw new Error(`${this.file} cannot be mounted again`);
  }

  /** Changes one byte behind each of some texts that are on the disk once, as a bad disk does. */
  rot(places: readonly { readonly text: string; readonly offset: number }[]): void {
    this.unmount();
    const fd = fs.openSync(this.file, 'r+');
    const content = fs.readFileSync(fd);
    for (const { text, offset } of places) {
      const at = content.indexOf(text);
      if (at < 0 || content.indexOf(text, at + 1) >= 0) throw new Error(`${text} is not on the disk once`);
      fs.writeSync(fd, Buffer.from([(content[at + offset] ?? 0) ^ 1]), 0, 1, at + offset);
    }
    fs.closeSync(fd);
    this.mount();
  }
}
