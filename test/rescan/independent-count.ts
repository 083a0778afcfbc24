import { execFileSync } from 'node:child_process';

/** What find(1) says of a directory tree: an inode with several links counts once in `size`. */
export interface Count {
  readonly dirs: number;
  readonly files: number;
  readonly links: number;
  readonly others: number;
  readonly size: number;
}

/** A path that find(1) has found: its type, size, and an inode that is told by its device, too. */
export interface Found {
  readonly at: string;
  readonly type: string;
  readonly size: number;
  readonly inode: string;
}

export function findAll(directory: string): readonly Found[] {
  const output = execFileSync('find', [directory, '-printf', '%y %s %D:%i %p\\0'], { encoding: 'utf8' });
  return output.split('\0').slice(0, -1).map((line) => {
    const [type = '', size, inode = '', ...path] = line.split(' ');
    return { at: path.join(' '), type, size: Number(size), inode };
  });
}

export function sumsOf(found: readonly Found[]): Count {
  const of = (types: string): number => found.filter(({ type }) => types.includes(type)).length;
  const sizes = new Map(found.filter(({ type }) => type === 'f').map(({ inode, size }) => [inode, size]));
  return {
    dirs: of('d'),
    files: of('f'),
    links: of('l'),
    others: of('pscb'),
    size: [...sizes.values()].reduce((sum, size) => sum + size, 0),
  };
}

export function count(directory: string): Count {
  return sumsOf(findAll(directory));
}
