import fs from 'node:fs';
import path from 'node:path';

const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** The licenses of the packages that `inputs` (paths relative to `root`) belong to, which their terms ask to be kept. */
export function licenseTexts(root, inputs) {
  const packages = new Set(inputs.map((input) => PACKAGE.exec(input)?.[1]).filter((dir) => dir !== undefined));
  return [...packages].sort().map((dir) => licenseText(path.join(root, dir))).join('\n');
}

function licenseText(dir) {
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8'));
  const file = fs.readdirSync(dir).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? `License: ${license}\n` : fs.readFileSync(path.join(dir, file), 'utf8');
  return `${'-'.repeat(70)}\n${name} ${version}\n\n${text.trimEnd()}\n`;
}
