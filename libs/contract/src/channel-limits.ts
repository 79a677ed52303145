// Are the limits of a channel or a message sound?
import type { ChannelLimits } from './channel-features.js';
import { shownValue } from './shown-value.js';

const LIMITS: ReadonlySet<string> = new Set([
  'messagesPerSecond',
  'messageBurst',
  'payloadBytes',
  'payloadDepth',
  'payloadKeys',
] satisfies (keyof ChannelLimits)[]);

/** A frozen copy of the limits. `place` names them in a fault; `refuse` throws it. */
export function compileLimits(limits: ChannelLimits, place: string, refuse: (problem: string) => never): ChannelLimits {
  if (typeof limits !== 'object' || limits === null)
    refuse(`has no object for ${place}; write { messagesPerSecond: 2 }.`);
  for (const [name, value] of Object.entries(limits) as [string, unknown][]) {
    if (!LIMITS.has(name)) refuse(`has no limit "${name}" in ${place}; the limits are ${[...LIMITS].join(', ')}.`);
    const isValid = value === undefined || (typeof value === 'number' && value > 0 && Number.isFinite(value));
    if (!isValid) refuse(`has ${name}: ${shownValue(value)} in ${place}; write a number above 0, or leave it out.`);
  }
  return Object.freeze({ ...limits });
}
