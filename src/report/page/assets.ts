import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The style or the script of the page; they lie beside the program. */
export function readAsset(name: 'style.css' | 'script.js'): string {
  return readFileSync(new URL(`./report-${name}`, import.meta.url), 'utf8');
}

/** What a content security policy has for an inline style or script (CSP Level 3, "hash-source"). */
export function sourceHash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
