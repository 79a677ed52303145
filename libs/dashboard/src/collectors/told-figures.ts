// What has another node told of itself? Figures, if its report is what a dashboard writes.
import type { NodeFigures } from '../wire/feed.frames.js';

const LONGEST_VERSION = 40;

type Rule = (value: unknown) => boolean;

const amount: Rule = (value) => typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
const oneOf =
  (...values: readonly unknown[]): Rule =>
  (value) =>
    values.includes(value);

const RULES: { readonly [Name in keyof NodeFigures]: Rule } = {
  state: oneOf('closed', 'accepting', 'draining'),
  fanOut: oneOf('fast', 'stock'),
  broker: oneOf('joining', 'ok', 'degraded', null),
  version: (value) => value === null || (typeof value === 'string' && value.length <= LONGEST_VERSION),
  connections: amount,
  users: amount,
  subscriptions: amount,
  deliveries: amount,
  uptimeSeconds: amount,
  rssBytes: amount,
  loopLagMs: amount,
};

/**
 * Null for a report that is missing or of another form. What a later release adds is left out.
 *
 * Security note: every process with access to the engine of the broker can write the text.
 */
export function toldFigures(report: string | null): NodeFigures | null {
  const told = report === null ? null : parsed(report);
  if (typeof told !== 'object' || told === null) return null;
  const figures: Record<string, unknown> = {};
  for (const [name, holds] of Object.entries(RULES)) {
    const value = Object.hasOwn(told, name) ? (told as Record<string, unknown>)[name] : undefined;
    if (!holds(value)) return null;
    figures[name] = value;
  }
  return figures as unknown as NodeFigures;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
