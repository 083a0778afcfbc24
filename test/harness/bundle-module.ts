import path from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Bundles a module, named by its path in src, into `dir`, for tests that need it in another process or thread; returns its path.
 */
export function bundleModule(name: string, dir: string): string {
  const outfile = path.join(dir, `${path.basename(name)}.mjs`);
  const entry = path.resolve(import.meta.dirname, '../../src', `${name}.ts`);
  buildSync({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error' });
  return outfile;
}
