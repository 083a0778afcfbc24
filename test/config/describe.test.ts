import { expect, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.js';
import { configJsonSchema } from '../../src/config/schema/json-schema.js';
import { parseConfig } from '../../src/config/load.js';
import { root } from './config-text.js';

test('a configuration is described as it was understood', () => {
  const text = root(
    'name: projects',
    'patterns: [ "superrepo   .", repo data/* ]',
    'enabledPaths: [1 x]',
    'initPolicy: [bundle-subdirs .]',
    'initLimits: { maxFiles: 2k, repoLimits: [{ path: /project/big, maxSize: 1t }] }',
    'facets: [sha, stat]',
    'schedule: { sha: "Sun 03:00" }',
    'jitter: 90m',
    'summaries: every 7d',
    'shaLimit: { time: 2h, bytes: 2t }',
    'onChange: [{ command: [notify, "a b"] }]',
    'alarm: { deleted: 10%, modified: 2.5% }',
  );
  const described = describeConfig(parseConfig(Buffer.from(text), 'f.yml'));
  expect(described).toContain('file: f.yml\nshadow root: /shadow\n');
  expect(described).toContain(`root /project (projects)
  naming rule: PathPatterns
    enabled 1 x
    superrepo .
    repo data/*
  init policy:
    bundle-subdirs .
    ignore-most for all others
  init limits: 2k files
    repo /project/big: 1t bytes
  facets: stat, sha
`);
  expect(described).toContain('sha Sun 03:00, up to 90m later\n  summaries: every 7d\n');
  expect(described).toContain('  one run of sha: at most 2h or 2t bytes\n');
  expect(described).toContain('  alarm: deleted 10 %, modified 2.5 % of the files\n  on change: "notify" "a b" (for 1m at most)\n');
});

test('the JSON schema knows all keys and refuses others', () => {
  const schema = configJsonSchema() as { properties: { roots: { items: object } }; required: string[] };
  expect(schema).toMatchObject({ type: 'object', additionalProperties: false, required: ['shadow', 'roots'] });
  expect(schema.properties.roots.items).toMatchObject({ additionalProperties: false, required: ['path'] });
  expect(Object.keys((schema.properties.roots.items as { properties: object }).properties)).toContain('patterns');
});
