// Programs that also walk a tree and remember it, as far as they are installed: first scan and nothing changed.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { BIN, ENV, run } from './lab.mjs';
import { firstLine } from './machine.mjs';
import { measure } from './measure.mjs';
import { QUANTITIES, spread } from './pairs.mjs';

const COUNT = 100_000;
const ROUNDS = 5;
/** A program that takes longer has fewer rounds, in seconds for all of them. */
const TIME_LIMIT = 60;

const FSO = [process.execPath, BIN];

/** `setup` prepares an empty directory; `first` and `again` are commands for a round. */
const PEERS = [
  {
    name: 'git-fso stat',
    does: 'records sizes and times, with history',
    version: [process.execPath, BIN, '--version'],
    setup: (dir, root) => run(FSO[0], [BIN, 'init', '--enter-subdirs', '--observe', root], { cwd: dir }),
    first: () => [...FSO, 'stat'],
  },
  {
    name: 'git-fso sha',
    does: 'records two checksums of each file, with history',
    version: [process.execPath, BIN, '--version'],
    setup: (dir, root) => run(FSO[0], [BIN, 'init', '--enter-subdirs', '--observe', root], { cwd: dir }),
    first: () => [...FSO, 'sha'],
  },
  {
    name: 'git add, git status',
    does: 'stores contents',
    version: ['git', '--version'],
    setup: (dir) => run('git', ['init', '-q', dir]),
    first: (dir, root) => ['git', '--git-dir', path.join(dir, '.git'), '--work-tree', root, 'add', '-A'],
    again: (dir, root) => ['git', '--git-dir', path.join(dir, '.git'), '--work-tree', root, 'status', '--porcelain'],
  },
  {
    name: 'duc index',
    does: 'records sums for each directory',
    version: ['duc', '--version'],
    first: (dir, root) => ['duc', 'index', '-q', '-d', path.join(dir, 'duc.db'), root],
  },
  {
    name: 'updatedb (plocate)',
    does: 'records names',
    version: ['updatedb.plocate', '--version'],
    first: (dir, root) => [
      'updatedb.plocate',
      '-U',
      root,
      '-o',
      path.join(dir, 'plocate.db'),
      '-l',
      'no',
      '--prune-bind-mounts',
      'no',
      '--prunefs',
      '',
      '--prunenames',
      '',
      '--prunepaths',
      '',
    ],
  },
  {
    name: 'mtree',
    does: 'records sizes and times',
    version: ['dpkg-query', '-W', 'mtree-netbsd'],
    needs: 'mtree',
    first: (dir, root) => ['mtree', '-c', '-k', 'type,size,time', '-p', root],
    output: (dir) => path.join(dir, 'spec'),
    again: (dir, root) => ['mtree', '-f', path.join(dir, 'spec'), '-p', root],
  },
  {
    name: 'aide',
    does: 'records sizes and times',
    version: ['aide', '--version'],
    setup(dir, root) {
      const database = path.join(dir, 'aide.db');
      // A rule without the slash would go for all paths that begin like that.
      writeFileSync(path.join(dir, 'aide.conf'), `database_out=file:${database}\ndatabase_in=file:${database}\n${root}/ s+m\n`);
    },
    first: (dir) => ['aide', '--init', '-c', path.join(dir, 'aide.conf')],
    again: (dir) => ['aide', '--check', '-c', path.join(dir, 'aide.conf')],
  },
  {
    name: 'bup index',
    does: 'records sizes and times',
    version: ['bup', '--version'],
    setup: (dir) => run('bup', ['-d', dir, 'init']),
    first: (dir, root) => ['bup', '-d', dir, 'index', root],
  },
  {
    name: 'restic backup',
    does: 'stores contents',
    version: ['restic', 'version'],
    env: (dir) => ({ RESTIC_PASSWORD: 'bench', RESTIC_REPOSITORY: path.join(dir, 'repo'), RESTIC_CACHE_DIR: path.join(dir, 'cache') }),
    prepare: ['restic', 'init', '-q'],
    first: (dir, root) => ['restic', 'backup', '-q', root],
  },
  {
    name: 'borg create',
    does: 'stores contents',
    version: ['borg', '--version'],
    env: (dir) => ({
      BORG_BASE_DIR: path.join(dir, 'base'),
      BORG_REPO: path.join(dir, 'repo'),
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
    }),
    prepare: ['borg', 'init', '-e', 'none'],
    first: (dir, root) => ['borg', 'create', '::{utcnow:%f}', root],
  },
];

function medians(runs) {
  return Object.fromEntries(QUANTITIES.map((quantity) => [quantity, spread(runs.map((each) => each[quantity]))?.median ?? null]));
}

function measurePeer(lab, root, peer) {
  const [first, again] = [[], []];
  const started = performance.now();
  for (let round = 0; round < ROUNDS && (performance.now() - started) / 1000 < TIME_LIMIT; round += 1) {
    const dir = lab.empty('peer');
    const env = { ...ENV, HOME: dir, ...peer.env?.(dir) };
    peer.setup?.(dir, root);
    if (peer.prepare !== undefined) measure(peer.prepare, { env, cwd: dir });
    const options = { env, cwd: dir };
    const output = peer.output?.(dir);
    first.push(measure(peer.first(dir, root), output === undefined ? options : { ...options, output }));
    again.push(measure((peer.again ?? peer.first)(dir, root), options));
  }
  return { rounds: first.length, first: medians(first), again: medians(again) };
}

/** All programs that are installed, on the same 100k files; one that fails is reported and does no harm. */
export function comparePeers(lab) {
  const root = lab.smallFiles(COUNT);
  run('find', [root, '-name', 'nothing'], { cwd: root });
  return PEERS.flatMap((peer) => {
    const { name, does } = peer;
    if (firstLine('which', peer.needs ?? peer.version[0]) === '') return [];
    const version = firstLine(...peer.version);
    try {
      return [{ name, does, version, ...measurePeer(lab, root, peer) }];
    } catch (error) {
      return [{ name, does, version, failure: `failed: ${error.message.split('\n')[0]}` }];
    } finally {
      console.error(`${name}: done`);
    }
  });
}
