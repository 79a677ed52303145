// What stays when more comes than is kept? The newest; the list itself where nothing came.

/** @returns `rows` and then `more`, of which the last `limit`; the same list where `more` is empty. */
export function keepNewest<Row>(rows: readonly Row[], more: readonly Row[], limit: number): readonly Row[] {
  if (more.length === 0) return rows;
  const kept = Math.max(0, limit - more.length);
  return [...(kept === 0 ? [] : rows.slice(-kept)), ...more.slice(-limit)];
}
