// Are the limits of a channel or a message sound?
import type { ChannelLimits } from './channel-features.js';
import { shownValue } from './shown-value.js';
import type { MessageLimits } from './message-slot.js';

/** Limits that a message may have of its own. */
export const MESSAGE_LIMITS = [
  'messagesPerSecond',
  'messageBurst',
  'payloadBytes',
] as const satisfies (keyof MessageLimits)[];
/** Limits that a channel may have. */
export const CHANNEL_LIMITS = [
  ...MESSAGE_LIMITS,
  'payloadDepth',
  'payloadKeys',
] as const satisfies (keyof ChannelLimits)[];

/** A frozen copy of the limits, each one of `known`. `place` names them in a fault; `refuse` throws it. */
export function compileLimits<Limits extends ChannelLimits>(
  limits: Limits,
  known: readonly string[],
  place: string,
  refuse: (problem: string) => never,
): Limits {
  if (typeof limits !== 'object' || limits === null)
    refuse(`has no object for ${place}; write { messagesPerSecond: 2 }.`);
  for (const [name, value] of Object.entries(limits) as [string, unknown][]) {
    if (!known.includes(name)) refuse(`has no limit "${name}" in ${place}; the limits are ${known.join(', ')}.`);
    const isValid = value === undefined || (typeof value === 'number' && value > 0 && Number.isFinite(value));
    if (!isValid) refuse(`has ${name}: ${shownValue(value)} in ${place}; write a number above 0, or leave it out.`);
  }
  return Object.freeze({ ...limits });
}
