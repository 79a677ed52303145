// How is a length of time written? As a number of milliseconds, or as text with a unit.

/** A length of time: a number of milliseconds, or a number with its unit, such as `'500ms'`, `'30s'`, `'5m'`, `'24h'` or `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration in milliseconds, a whole number; null for a value that is none. The number before a unit is any that the type takes, such as `1e3` or `1 `. */
export function milliseconds(duration: unknown): number | null {
  if (typeof duration === 'number') return whole(duration);
  if (typeof duration !== 'string') return null;
  const unit = /(?:ms|[smhd])$/.exec(duration)?.[0];
  if (unit === undefined) return null;
  const count = duration.slice(0, -unit.length);
  return count.trim() === '' ? null : whole(Number(count) * UNITS[unit]);
}

/** `1.005 * 1000` is a little less than 1005: the product of a decimal is rounded, a fraction of a millisecond is refused. */
function whole(length: number): number | null {
  const rounded = Math.round(length);
  if (!Number.isSafeInteger(rounded) || length < 0) return null;
  return Math.abs(rounded - length) <= Number.EPSILON * Math.max(1, length) ? rounded : null;
}
