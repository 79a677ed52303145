// Which rows stay when a bounded list grows? The newest.

/** @returns the last `limit` of `rows` followed by `more`; the same list if `more` is empty. */
export function keepNewest<Row>(rows: readonly Row[], more: readonly Row[], limit: number): readonly Row[] {
  if (more.length === 0) return rows;
  const kept = Math.max(0, limit - more.length);
  return [...(kept === 0 ? [] : rows.slice(-kept)), ...more.slice(-limit)];
}
