// How are lists shown? As tables, of which a part is drawn; on a phone each row becomes a card that names its cells.
import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import { count } from '../state/format.js';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  readonly numeric?: boolean;
}

interface DataTableProps<Row> {
  /** For those who cannot see where the table stands. */
  readonly caption: string;
  /** The first one names the row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Said where there are no rows. */
  readonly empty: string;
  /** Rows that the server has left out. */
  readonly more?: number;
}

/** Rows drawn at once, and added by each press of the button. */
const STEP = 50;

export function DataTable<Row>({ caption, columns, rows, keyOf, empty, more = 0 }: DataTableProps<Row>): VNode {
  const [limit, setLimit] = useState(STEP);
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  const left = Math.max(0, rows.length - limit);
  return (
    <>
      {/* The roles are those of the elements; they stay when the layout of a phone makes blocks of them. */}
      <table role="table" class="data">
        <caption class="hidden-visually">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ title, numeric }) => (
              <th key={title} scope="col" role="columnheader" class={numeric ? 'numeric' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.slice(0, limit).map((row) => (
            <TableRow key={keyOf(row)} row={row} columns={columns} />
          ))}
        </tbody>
      </table>
      {left + more > 0 && (
        <p class="more">
          {left > 0 && (
            <button type="button" class="quiet" onClick={() => setLimit(limit + STEP)}>
              Show {Math.min(STEP, left)} more of {count(left)}
            </button>
          )}
          {more > 0 && <span>{count(more)} further entries stayed on the server.</span>}
        </p>
      )}
    </>
  );
}

function TableRow<Row>({ row, columns }: { readonly row: Row; readonly columns: readonly Column<Row>[] }): VNode {
  const [first, ...others] = columns;
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        {first.cell(row)}
      </th>
      {others.map(({ title, cell, numeric }) => (
        <td key={title} role="cell" data-title={title} class={numeric ? 'numeric' : undefined}>
          {cell(row)}
        </td>
      ))}
    </tr>
  );
}
