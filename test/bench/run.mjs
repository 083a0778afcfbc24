// What git-fso costs, against programs that do comparable work on the same trees.
//
//   npm run bench [-- --only <name>]... [--list] [--pairs <n>] [--dir <directory>] [--json <file>]
//                 [--large <GiB>] [--huge] [--no-peers]
//   npm run bench:short     a selection in less than a minute; fails if a run fails or a result is wrong
//
// Trees are made once, below --dir, and take some 6 GB there; nothing is written anywhere else.
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Lab } from './lab.mjs';
import { describeMachine } from './machine.mjs';
import { compare } from './pairs.mjs';
import { comparePeers } from './peers.mjs';
import { goalTable, growthTable, peerTable, ratioTable, timeTable } from './report.mjs';
import { works } from './works/all.mjs';

const PAIRS = 5;
const QUICK_PAIRS = 2;
const PEERS = 'peers';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    huge: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: true },
    only: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean', default: false },
    pairs: { type: 'string' },
    large: { type: 'string', default: '4' },
    dir: { type: 'string', default: path.join(tmpdir(), 'git-fso-bench') },
    json: { type: 'string' },
  },
  allowNegative: true,
});

function isWanted(work) {
  if (options.only.length > 0) return options.only.includes(work.name);
  if (options.quick) return work.quick === true;
  return work.quickOnly !== true && (work.huge !== true || options.huge);
}

function pairsOf(work) {
  if (options.pairs !== undefined) return Number(options.pairs);
  if (options.quick) return work.quickPairs ?? QUICK_PAIRS;
  return work.huge === true ? 1 : (work.pairs ?? PAIRS);
}

function measureAll(lab) {
  const results = [];
  for (const work of works.filter(isWanted)) {
    const reason = work.unavailable?.(lab) ?? null;
    if (reason !== null) {
      console.error(`${work.name}: left out, ${reason}`);
      continue;
    }
    const started = performance.now();
    const result = compare(work.prepare(lab, options), pairsOf(work), { warmUpOurs: work.huge !== true });
    results.push({ work, result });
    console.error(`${work.name}: done in ${((performance.now() - started) / 1000).toFixed(0)} s, preparation and check included`);
  }
  return results;
}

function main() {
  if (options.list) {
    for (const { name, title } of works) console.log(`${name.padEnd(20)} ${title}`);
    console.log(`${PEERS.padEnd(20)} other programs on 100k files`);
    return;
  }
  const unknown = options.only.filter((name) => name !== PEERS && !works.some((work) => work.name === name));
  if (unknown.length > 0) throw new Error(`no such work: ${unknown.join(', ')}; --list names them`);
  const lab = new Lab(path.resolve(options.dir), { largeBytes: Math.round(Number(options.large) * 2 ** 30) });
  const machine = describeMachine(lab.trees);
  for (const [name, value] of Object.entries(machine)) console.log(`${name}: ${value}`);

  const results = measureAll(lab);
  const wantsPeers = options.only.length > 0 ? options.only.includes(PEERS) : options.peers && !options.quick;
  const peers = wantsPeers ? comparePeers(lab) : [];
  if (results.length > 0) {
    console.log(
      `\nMedians of ratios, smallest and largest in parentheses; memory: peak of git-fso, and against that of the ` +
        `other.\n\n${ratioTable(results)}`,
    );
    console.log(`\n${timeTable(results)}`);
    console.log(`\nGoals:\n\n${goalTable(results)}`);
  }
  if (results.some(({ work }) => work.growth !== undefined)) console.log(`\n${growthTable(results)}`);
  if (peers.length > 0) console.log(`\n100k files, first scan and nothing changed:\n\n${peerTable(peers)}`);
  if (options.json !== undefined) {
    const measured = results.map(({ work: { name, title, goals }, result }) => ({ name, title, goals, ...result }));
    writeFileSync(options.json, `${JSON.stringify({ machine, works: measured, peers }, null, 1)}\n`);
  }
}

main();
