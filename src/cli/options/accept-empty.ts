import { Option } from 'commander';

/** `--accept-empty` of a command that records one facet. */
export function acceptEmptyOption(): Option {
  return new Option('--accept-empty', 'record what is there where a filesystem was mounted and is not any more');
}
