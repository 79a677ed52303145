// How does a table look in a terminal? Columns are as wide as their widest cell, and no cell can forge a line or move a cursor.
import { logLine } from '../instrumentation/log-text.js';

const GAP = '  ';

/** Lines without spaces at their ends. The last cell of a row is not padded. */
export function aligned(rows: readonly (readonly string[])[], indent = ''): string[] {
  const safe = rows.map((cells) => cells.map((cell) => logLine(cell)));
  const widths = safe.reduce<number[]>(
    (widest, cells) =>
      cells.map((cell, at) => Math.max(cell.length, widest[at] ?? 0)).concat(widest.slice(cells.length)),
    [],
  );
  return safe.map((cells) => (indent + cells.map((cell, at) => cell.padEnd(widths[at])).join(GAP)).trimEnd());
}
