import type { OpenIndex } from '../record-index/tables/open-index.js';
import type { ByteString } from '../util/byte-string.js';
import { IndexFacts } from './collect/index-facts.js';
import type { RecordQuestion } from './collect/record-facts.js';
import { recordFacts } from './collect/record-facts.js';
import type { TroubleFact } from './facts.js';
import { reportPage } from './page/page.js';

/** Whoever waits for a report can interrupt it; nothing in it takes nearly as long. */
const TIMEOUT_MS = 3_600_000;

/** What a report is about. */
export interface ReportQuestion extends RecordQuestion {
  /** Absolute; empty for all that is recorded. */
  readonly asked: readonly ByteString[];
  readonly troubles: readonly TroubleFact[];
  readonly signal?: AbortSignal | undefined;
}

/** The text of a report (spec "Report"), from the index and the records of repos. @throws FsoError if the index cannot be asked */
export async function makeReport(index: OpenIndex, question: ReportQuestion): Promise<string> {
  const { asked, since, now, troubles, yieldTurn, signal } = question;
  const limits = { timeoutMs: TIMEOUT_MS, yieldTurn, ...(signal !== undefined && { signal }) };
  const facts = new IndexFacts(index, { places: asked, since, now, limits });
  return reportPage({
    places: asked,
    madeAt: now,
    since,
    ...(await recordFacts(question)),
    directories: await facts.directories(),
    biggest: await facts.biggest(),
    ages: await facts.ages(),
    types: await facts.types(),
    duplicates: await facts.duplicates(),
    troubles,
  });
}
