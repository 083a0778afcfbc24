import { parentPort, workerData } from 'node:worker_threads';
import { runThread } from './run-thread.js';
import type { ThreadSetup } from './team-setup.js';

// The thread that a `WalkTeam` starts.
if (parentPort !== null) runThread(workerData as ThreadSetup, parentPort);
