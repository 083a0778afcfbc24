/** How large a repo may be when it is created; 0 means no limit. */
export interface Limit {
  readonly maxFiles: number;
  readonly maxBytes: number;
}
