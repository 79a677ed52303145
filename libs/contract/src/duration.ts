// How is a length of time written? As a number of milliseconds, or as text with a unit.

/** A length of time: a number of milliseconds, or a number with its unit, such as `'500ms'`, `'30s'`, `'5m'`, `'24h'` or `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration in milliseconds; null for a value that is none. */
export function milliseconds(duration: unknown): number | null {
  if (typeof duration === 'number') return Number.isFinite(duration) && duration >= 0 ? duration : null;
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(typeof duration === 'string' ? duration : '') ?? [];
  return count === undefined ? null : Number(count) * UNITS[unit];
}
