import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';

/** One metric of Prometheus' text format with its values. */
export interface Metric {
  /** Without the prefix `git_fso_`. */
  readonly name: string;
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

function labelText(labels: Readonly<Record<string, string>>): string {
  const quoted = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (char) => ESCAPES[char] ?? char)}"`);
  return `{${quoted.join(',')}}`;
}

/** A path as the value of a label, which has to be UTF-8: other bytes are `\xff`, a backslash is two, so that no two paths are alike. */
export function pathLabel(path: ByteString): string {
  return textOfBytes(path)
    .replaceAll('\\', '\\\\')
    .replace(/[\udc80-\udcff]/gu, (byte) => `\\x${(byte.charCodeAt(0) - 0xdc00).toString(16)}`);
}

/** Gauges in Prometheus' text format, as node_exporter reads it from files. Metrics without samples are left out. */
export function metricsText(metrics: readonly Metric[]): string {
  const lines = metrics.filter(({ samples }) => samples.length > 0).flatMap(({ name, help, samples }) => [
    `# HELP git_fso_${name} ${help}`,
    `# TYPE git_fso_${name} gauge`,
    ...samples.map(({ labels, value }) => `git_fso_${name}${labelText(labels)} ${value}`),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}
