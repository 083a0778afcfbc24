import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { fso, tempDir } from '../harness/index.js';

const warningsOf = (text: string): string[] =>
  parseConfig(Buffer.from(text), 'c.yml').warnings.map(({ line, column, path: place }) => `${line}:${column} ${place}`);

const UNLIKELY = `shadow: /shadow
roots:
  - path: /a
    patterns: |
      repo data/**
      # ** in a comment
       superrepo {x,y}/*
      ignore *
    initPolicy: ['ignore-most *', 'enter-subdirs **']
  - path: /b
    naming: { rule: SubdirLevel, level: 1, ignore: ['tmp*', '{a,b}'] }
`;

const LITERAL = `shadow: /shadow
roots:
  - path: /a
    patterns: ['repo \\{a,b}', 'repo *[*]*', 'repo \\**', 'repo {a}', 'ignore [{],[}]']
`;

describe('globs that hardly match what they were meant for', () => {
  test('are found where they stand, and nothing else is', () => {
    expect(warningsOf(UNLIKELY)).toEqual([
      '5:7 roots[0].patterns', '7:8 roots[0].patterns', '9:35 roots[0].initPolicy[1]', '11:61 roots[1].naming.ignore[1]',
    ]);
    expect(warningsOf(LITERAL)).toEqual([]);
  });

  test('are told by `config check` and `doctor`, and do not keep anything from working', () => {
    const top = tempDir();
    const file = path.join(top, 'c.yml');
    writeFileSync(file, `shadow: ${top}/shadow\nroots:\n  - path: ${top}\n    patterns: ['ignore shadow', 'repo a/**']\n`);
    const check = fso(['config', 'check', '--config', file], { cwd: top });
    expect(check.status).toBe(0);
    expect(check.stderr).toMatch(/^warning: .*c\.yml:4:33: roots\[0\]\.patterns\[1\]: \*\* means the same as \* here: .*\n$/);
    expect(fso(['doctor', '--config', file], { cwd: top }).stdout).toMatch(/^warning: .*c\.yml: .*c\.yml:4:33: /m);
  });
});
