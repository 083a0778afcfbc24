import { oidToHex } from '../../git/objects/object-id.js';
import type { Signature } from '../../git/commits/signature.js';
import type { HeadFacet } from '../../shadow/facets.js';
import { HEAD_FACETS } from '../../shadow/facets.js';
import type { FacetHead, Heads } from '../../shadow/read/heads.js';
import type { JsonField } from './json-text.js';
import { jsonText } from './json-text.js';
import { strictIsoDate } from './timestamp.js';

/** The state of a repo, as it is printed. */
export interface RepoState {
  /** Null for repos that have none. */
  readonly uuid: string | null;
  readonly gitNogCommit: string;
  readonly heads: Heads;
}

const NO_COMMIT = '0'.repeat(40);
const NO_UUID = '00000000-0000-0000-0000-000000000000';

function line(key: string, value: string): string {
  return `${key}: ${jsonText(value)}`;
}

function commitLine(facet: HeadFacet, head: FacetHead | null): string {
  return line(`${facet}GitCommit`, head === null ? NO_COMMIT : oidToHex(head.commit));
}

/** Name, email and date, without those that are empty. */
function personJson(signature: Signature): JsonField {
  const { name, email } = signature;
  return { ...(name !== '' && { name }), ...(email !== '' && { email }), date: strictIsoDate(signature) };
}

/** What `head` prints: identifiers as `key: "value"`, people as `key: {…}`. */
export function headLines({ uuid, gitNogCommit, heads }: RepoState): string[] {
  return [
    line('repo', uuid ?? NO_UUID),
    line('gitNogCommit', gitNogCommit),
    ...HEAD_FACETS.map((facet) => commitLine(facet, heads[facet])),
    ...HEAD_FACETS.flatMap((facet) => {
      const head = heads[facet];
      const [author, committer] = head === null ? [null, null] : [personJson(head.author), personJson(head.committer)];
      return [`${facet}Author: ${jsonText(author)}`, `${facet}Committer: ${jsonText(committer)}`];
    }),
  ];
}

/** What a change of metadata prints. */
export function metaLines({ uuid, gitNogCommit, heads }: RepoState): string[] {
  return [line('repo', uuid ?? NO_UUID), line('gitNogCommit', gitNogCommit), commitLine('meta', heads.meta)];
}

/** The state as a JSON object; null stands for what does not exist. */
export function headJson({ uuid, gitNogCommit, heads }: RepoState): { readonly [key: string]: JsonField } {
  const fields: [string, JsonField][] = [['repo', uuid], ['gitNogCommit', gitNogCommit]];
  for (const facet of HEAD_FACETS) {
    const head = heads[facet];
    fields.push([`${facet}GitCommit`, head === null ? null : oidToHex(head.commit)]);
  }
  for (const facet of HEAD_FACETS) {
    const head = heads[facet];
    fields.push([`${facet}Author`, head === null ? null : personJson(head.author)]);
    fields.push([`${facet}Committer`, head === null ? null : personJson(head.committer)]);
  }
  return Object.fromEntries(fields);
}
