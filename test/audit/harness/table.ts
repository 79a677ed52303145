// What is printed? One line for each attack, and under it what is wrong.
import type { Outcome } from './outcome.js';

type Column = readonly [title: string, width: number, cell: (outcome: Outcome) => string];

const mb = (bytes: number): string => `${Math.round(bytes / 1e6)}`;
const ms = (milliseconds: number): string => `${Math.round(milliseconds)}`;
const tell = (counts: Readonly<Record<string, number>>, none: string): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || none;

const COLUMNS: readonly Column[] = [
  ['attack', 22, ({ name }) => name],
  ['survived', 8, ({ survived }) => (survived ? 'yes' : 'NO')],
  ['stall ms', 8, ({ stallMs }) => ms(stallMs)],
  ['worked ms', 9, ({ workedMs }) => ms(workedMs)],
  [
    'rss peak MB',
    15,
    ({ bytesPeak, bytesBefore }) => `${mb(bytesPeak)} (+${mb(Math.max(0, bytesPeak - bytesBefore))})`,
  ],
  ['heap MB', 11, ({ heapBefore, heapAfter }) => `${mb(heapBefore)} -> ${heapAfter === null ? '?' : mb(heapAfter)}`],
  ['echoes (worst ms)', 17, ({ roundTrips, worstRoundTripMs }) => `${roundTrips} (${ms(worstRoundTripMs)})`],
  ['unhandled', 9, ({ last }) => (last ? `${last.unhandled}` : '?')],
  ['polluted', 8, ({ last }) => (last ? (last.polluted ? 'YES' : 'no') : '?')],
  ['left', 6, ({ left, last }) => (last ? tell(left, 'base') : '?')],
  ['refusals', 0, ({ last }) => (last ? tell(last.refusals, 'none') : '?')],
];

const line = (cells: readonly string[]): string =>
  cells
    .map((cell, i) => cell.padEnd(COLUMNS[i][1]))
    .join('  ')
    .trimEnd();

export const HEAD = line(COLUMNS.map(([title]) => title));

export function lines(outcome: Outcome): string {
  const row = line(COLUMNS.map(([, , cell]) => cell(outcome)));
  const faults = outcome.faults.map((fault) => `    BROKEN: ${fault}`);
  const notes = outcome.notes.map((note) => `    ${note}`);
  return [row, ...faults, ...notes].join('\n');
}
