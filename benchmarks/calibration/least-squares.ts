// Which costs explain what was measured? Those whose predictions have the smallest relative errors, squared and added.

/** One measurement: how often each kind of work was done, and what it took together. */
export interface Observation<Kind extends string> {
  readonly done: Readonly<Partial<Record<Kind, number>>>;
  readonly micros: number;
}

/** No cost is below zero: one that would be is taken as zero, and the others are sought again. */
export function leastSquares<Kind extends string>(
  kinds: readonly Kind[],
  observations: readonly Observation<Kind>[],
): Record<Kind, number> {
  const solved = solve(normalEquations(kinds, observations));
  const costs = Object.fromEntries(kinds.map((kind, index) => [kind, solved[index]])) as Record<Kind, number>;
  const negative = kinds.filter((kind) => costs[kind] < 0);
  if (negative.length === 0) return costs;
  const others = kinds.filter((kind) => !negative.includes(kind));
  const none = Object.fromEntries(negative.map((kind) => [kind, 0])) as Record<Kind, number>;
  return { ...none, ...leastSquares(others, observations) };
}

/** A row for each unknown, with the right-hand side behind it. */
function normalEquations<Kind extends string>(
  kinds: readonly Kind[],
  observations: readonly Observation<Kind>[],
): number[][] {
  const rows = observations.map(({ done, micros }) => kinds.map((kind) => (done[kind] ?? 0) / micros));
  return kinds.map((_, unknown) => [
    ...kinds.map((__, other) => rows.reduce((sum, row) => sum + row[unknown] * row[other], 0)),
    rows.reduce((sum, row) => sum + row[unknown], 0),
  ]);
}

/** By elimination, with the largest pivot. @throws Error where the measurements do not tell two unknowns apart. */
function solve(equations: number[][]): number[] {
  const size = equations.length;
  for (let column = 0; column < size; column++) {
    const pivots = equations.slice(column).map((row) => Math.abs(row[column]));
    const largest = column + pivots.indexOf(Math.max(...pivots));
    [equations[column], equations[largest]] = [equations[largest], equations[column]];
    const pivot = equations[column];
    if (!(Math.abs(pivot[column]) > 0)) throw new Error('The measurements do not tell the costs apart.');
    for (const row of equations) {
      if (row === pivot) continue;
      const factor = row[column] / pivot[column];
      for (let at = column; at <= size; at++) row[at] -= factor * pivot[at];
    }
  }
  return equations.map((row, index) => row[size] / row[index]);
}
