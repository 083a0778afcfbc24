import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { dlopen, arch } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { LibraryHandle } from 'koffi';

/** What is used of koffi, as its native part has it. */
export interface Koffi {
  load(library: null): Pick<LibraryHandle, 'func'>;
  errno(): number;
  /** Of memory that V8 does not move. */
  address(bytes: Uint8Array): bigint;
}

/** The root of the package, from the compiled code, the bundle and the sources alike. */
const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/** The dynamic linkers of musl, by the architecture as Node calls it. */
const MUSL: Readonly<Record<string, string>> = { x64: '/lib/ld-musl-x86_64.so.1', arm64: '/lib/ld-musl-aarch64.so.1' };

/**
 * Loads the native part of koffi, which calls functions of libc; null where there is none: koffi is an optional dependency, built for some
 * architectures, and `NODE_OPTIONS=--no-addons` forbids it. Its part in JavaScript, which is not needed, takes four times as long to load.
 */
export function loadKoffi(): Koffi | null {
  const musl = MUSL[arch];
  if (musl === undefined) return null;
  const packages = packagesOfKoffi();
  const libc = existsSync(musl) ? 'musl' : 'linux';
  const file = packages && path.join(packages, `@koromix/koffi-linux-${arch}/${libc}_${arch}/koffi.node`);
  if (file === null || !existsSync(file)) return null;
  const addon: { exports: unknown } = { exports: {} };
  try {
    dlopen(addon, file);
  } catch {
    return null;
  }
  return addon.exports as Koffi;
}

/**
 * The directory of packages that koffi and its native parts are in. Only where an installation has put them: Node would also look in
 * directories above, and in that of the user, where somebody else may have put a program for us to run.
 */
function packagesOfKoffi(): string | null {
  const around = path.dirname(PACKAGE);
  const places = [path.join(PACKAGE, 'node_modules'), ...(path.basename(around) === 'node_modules' ? [around] : [])];
  const place = places.find((packages) => existsSync(path.join(packages, 'koffi')));
  // Some package managers have links there, and the dependencies of a package beside it.
  return place === undefined ? null : path.dirname(realpathSync(path.join(place, 'koffi')));
}
