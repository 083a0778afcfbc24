import { Option } from 'commander';

/** `--refresh-index`, which the original needs now and then: accepted, and without effect. */
export function refreshIndexOption(): Option {
  return new Option('--refresh-index', 'accepted for compatibility; there is no index').hideHelp();
}
