import { readdirSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { unlessErrno } from '../util/errors.js';
import type { ShadowLocation } from './locate.js';
import { isShadowName, mirrorOf } from './locate.js';

/** A shadow repo and the realdir that its place stands for. */
export interface FoundRepo {
  readonly directory: ByteString;
  /** The path that the mirror directory stands for, which `fso.realdir` normally agrees with. */
  readonly mirrored: ByteString;
}

/** All shadow repos of a directory and of what is below it, parents first, siblings by bytes. */
export function* listShadowRepos(location: ShadowLocation, realdir: ByteString): Generator<FoundRepo> {
  const pending: { readonly mirror: ByteString; readonly mirrored: ByteString }[] = [
    { mirror: mirrorOf(location, realdir), mirrored: realdir },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { mirror, mirrored } = next;
    const entries = unlessErrno(['ENOENT', 'ENOTDIR'], [], () =>
      readdirSync(fsPath(mirror), { encoding: 'latin1', withFileTypes: true }),
    );
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
    for (const name of names) if (isShadowName(name)) yield { directory: joinPath(mirror, name), mirrored };
    for (const name of names.reverse()) {
      if (isShadowName(name) || name.startsWith('.tmp-')) continue;
      pending.push({ mirror: joinPath(mirror, name), mirrored: joinPath(mirrored, name) });
    }
  }
}
