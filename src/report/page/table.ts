import type { Html } from './html.js';
import { html } from './html.js';

/** A cell: what it shows, and, where rows are sorted by a number, that. */
export interface Cell {
  readonly shown: Html | string;
  readonly value?: number;
}

/** A column: text is on the left, numbers are on the right. */
export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** What a table is for, and how it is offered. */
export interface TableOptions {
  readonly caption: string;
  readonly id?: string;
  /** May be sorted and filtered by the script. */
  readonly isLong?: boolean;
  /** What is said instead of a table without rows. */
  readonly none: string;
}

/** A table in a region of its own, which scrolls if it is long. */
export function tableHtml(columns: readonly Column[], rows: readonly (readonly Cell[])[], options: TableOptions): Html {
  const { caption, id, isLong = false, none } = options;
  if (rows.length === 0) return html`<p>${none}</p>`;
  const head = columns.map(({ title, isNumber = false }) => html`<th scope="col" class="${isNumber ? 'number' : 'text'}">${title}</th>`);
  const body = rows.map((cells) => html`<tr>${cells.map((cell, index) => cellHtml(cell, columns[index]?.isNumber ?? false))}</tr>
`);
  const kind = isLong ? 'sortable filterable' : 'sortable';
  const table = html`<table class="${kind}"><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table>`;
  const name = id ?? `table-${caption.toLowerCase().replace(/\W+/g, '-')}`;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}" id="${name}">${table}</div>`;
}

function cellHtml({ shown, value }: Cell, isNumber: boolean): Html {
  const content = typeof shown === 'string' ? html`${shown}` : shown;
  const kind = isNumber ? 'number' : 'text';
  return value === undefined ? html`<td class="${kind}">${content}</td>` : html`<td class="${kind}" data-v="${value}">${content}</td>`;
}

const BAR = { width: 160, height: 10 };

/** A bar for a share of the largest; to the left of the middle for what is less than nothing. */
export function bar(value: number, largest: number): Html {
  const share = largest === 0 ? 0 : Math.min(1, Math.abs(value) / largest);
  const length = Math.round(share * BAR.width * 10) / 10;
  return html`<svg class="bar" width="${BAR.width}" height="${BAR.height}" aria-hidden="true"><rect class="${
    value < 0 ? 'less' : 'more'}" width="${length}" height="${BAR.height}"/></svg>`;
}
