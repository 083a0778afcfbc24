import type { LargeBlob } from '../../git/objects/blob-stream.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import type { OnDoubled } from '../../realdir/walk/listed-names.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import type { PathTrace } from '../../util/trace.js';
import type { ObservationEvents } from '../observe/events.js';
import type { ObjectSink } from '../observe/diff/directory-edit.js';
import type { MountPoints } from '../observe/mount-points.js';
import type { RunLimits } from '../run-limits.js';
import type { ContentLimits } from './file-blob.js';

/** Which paths are recorded with their content, beside those that are recorded already. */
export interface ContentSelection {
  /** New names that are looked at in a directory; ignore rules decide about them. */
  newNames(cursor: DirectoryCursor, path: ByteString, onDoubled: OnDoubled): readonly ByteString[];
  /** Ignore rules that play the part of `info/exclude`. */
  readonly exclude: Buffer | null;
  /** Whether nested repositories are recorded as gitlinks; otherwise they are ordinary directories. */
  readonly linksRepos: boolean;
  readonly limits: ContentLimits;
}

/** Where content goes. */
export interface ContentStore extends ObjectSink {
  /** Resolves when objects may be written. */
  beforeWrite(): Promise<void> | undefined;
  hashLarge(blob: LargeBlob): Promise<Oid>;
  /** Stores a blob under the id that `hashLarge` gave. @throws BlobLostError if it has another content by now */
  writeLarge(oid: Oid, blob: LargeBlob): Promise<void>;
}

/** All that a walk needs. */
export interface ContentWalkContext {
  readonly cursor: DirectoryCursor;
  readonly reader: ObjectReader;
  readonly store: ContentStore;
  readonly selection: ContentSelection;
  /** Filesystems that are not mounted, though they were: what is recorded there stays. */
  readonly mounts: MountPoints;
  readonly events: ObservationEvents;
  /** Told what is decided about each path; null if nobody wants to know. */
  readonly trace: PathTrace | null;
  readonly yieldTurn: YieldTurn;
  readonly limits: RunLimits;
}
