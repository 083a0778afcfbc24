import { parseConfig } from '../../src/config/load.js';
import { ConfigError } from '../../src/config/yaml/problems.js';

/** `line:column path: message` of each mistake in a configuration; none if it can be used. */
export function mistakes(text: string | Buffer): string[] {
  try {
    parseConfig(Buffer.from(text as string), 'test.yml');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
  }
  return [];
}

/** A configuration with one root that has these keys; they start in line 4. */
export function root(...lines: string[]): string {
  return ['shadow: /shadow', 'roots:', '  - path: /project', ...lines.map((line) => `    ${line}`), ''].join('\n');
}
