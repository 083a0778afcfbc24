import type { ListedItem } from '../../../history/listing/list-parts.js';
import type { Wanted } from '../../../history/states/listed-entries.js';
import type { ByteString } from '../../../util/byte-string.js';

/** How a listing is written for another program, with the ends of lines. */
export interface ExportFormat {
  readonly wanted: Wanted;
  /** What comes before all items. */
  begin(): ByteString;
  item(item: ListedItem): ByteString;
  /** What comes after all items. */
  finish(): ByteString;
}
