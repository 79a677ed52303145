// Which event does a broadcast name, what does it carry, and who is left out?
import { DEFAULT_EVENT, type RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { CallerContext } from '../connections/caller.context.js';
import type { Party } from '../connections/party.js';
import { BroadcastFault } from '../guards/broadcast.guard.js';

/** Name and payload of an event. */
export interface NamedEvent {
  readonly event: string;
  readonly payload: unknown;
}

/**
 * What the arguments behind the target mean. The declaration decides, never the number of events: with `payload` a single argument is
 * the payload, otherwise it is the name of an event that carries nothing.
 */
export function eventOf(descriptor: RealtimeChannelDescriptor, rest: readonly unknown[]): NamedEvent {
  if (rest.length <= 1 && descriptor.short) return { event: DEFAULT_EVENT, payload: rest[0] };
  return namedEvent(descriptor, rest[0], rest[1]);
}

/** @throws BroadcastFault if `event` is no name. Gate 4 decides whether the channel declares it. */
export function namedEvent(descriptor: RealtimeChannelDescriptor, event: unknown, payload: unknown): NamedEvent {
  if (typeof event === 'string') return { event, payload };
  throw new BroadcastFault(
    `A broadcast to "${descriptor.name}" names no event; write broadcast(channel, event, payload), with one of ${Object.keys(descriptor.events).join(', ') || 'no events so far'}.`,
  );
}

const OPTIONS: ReadonlySet<string> = new Set(['except', 'idempotencyKey']);

/** The connections that a broadcast leaves out. @throws BroadcastFault for options that do not fit the channel. */
export function exceptionsOf(
  descriptor: RealtimeChannelDescriptor,
  options: unknown,
  caller: CallerContext,
): readonly Party[] | undefined {
  if (options === undefined) return undefined;
  if (typeof options !== 'object' || options === null) {
    throw new BroadcastFault(`A broadcast to "${descriptor.name}" has options that are no object; write { except }.`);
  }
  const unknown = Object.keys(options).find((option) => !OPTIONS.has(option));
  if (unknown !== undefined) {
    throw new BroadcastFault(`A broadcast to "${descriptor.name}" has no option "${unknown}"; the option is except.`);
  }
  const { except, idempotencyKey } = options as { readonly except?: unknown; readonly idempotencyKey?: unknown };
  if (idempotencyKey !== undefined && descriptor.history === undefined) {
    throw new BroadcastFault(
      `Channel "${descriptor.name}" has no history that could remember an idempotencyKey; remove it.`,
    );
  }
  if (except === undefined) return undefined;
  const parties = (Array.isArray(except) ? (except as unknown[]) : [except]).flatMap((who) => {
    return caller.find(who, (problem) => new BroadcastFault(problem)) ?? [];
  });
  return parties.length === 0 ? undefined : parties;
}
