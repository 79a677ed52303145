// How are lists shown? As tables that render a part of their rows; one that is wider than its place scrolls sideways.
import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import { count } from '../state/format.js';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  readonly numeric?: boolean;
  /** Explains a word that not every reader knows. */
  readonly hint?: string;
}

interface DataTableProps<Row> {
  /** For screen readers. */
  readonly caption: string;
  /** The first one names the row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Text to show if there are no rows. */
  readonly empty: string;
  /** Number of rows that the server has left out. */
  readonly more?: number;
}

/** Rows rendered at first, and added by each press of the button. */
const STEP = 50;

export function DataTable<Row>({ caption, columns, rows, keyOf, empty, more = 0 }: DataTableProps<Row>): VNode {
  const [limit, setLimit] = useState(STEP);
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  const left = Math.max(0, rows.length - limit);
  return (
    <>
      {/* With the focus, it scrolls by the keyboard. */}
      <div class="scrolls" role="group" aria-label={caption} tabIndex={0}>
        <table class="data">
          <caption class="hidden-visually">{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ title, numeric, hint }) => (
                <th key={title} scope="col" class={numeric ? 'numeric' : undefined} title={hint}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, limit).map((row) => (
              <TableRow key={keyOf(row)} row={row} columns={columns} />
            ))}
          </tbody>
        </table>
      </div>
      {left + more > 0 && (
        <p class="more">
          {left > 0 && (
            <button type="button" class="quiet" onClick={() => setLimit(limit + STEP)}>
              Show {Math.min(STEP, left)} more of {count(left)}
            </button>
          )}
          {more > 0 && <span>{count(more)} more entries are on the server only.</span>}
        </p>
      )}
    </>
  );
}

function TableRow<Row>({ row, columns }: { readonly row: Row; readonly columns: readonly Column<Row>[] }): VNode {
  const [first, ...others] = columns;
  return (
    <tr>
      <th scope="row">{first.cell(row)}</th>
      {others.map(({ title, cell, numeric }) => (
        <td key={title} class={numeric ? 'numeric' : undefined}>
          {cell(row)}
        </td>
      ))}
    </tr>
  );
}
