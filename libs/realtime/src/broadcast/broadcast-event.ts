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

/** A key is part of a key in Redis, and remembered for minutes. */
const LONGEST_KEY = 256;

/** What the options of a broadcast mean. */
export interface MeantOptions {
  /** The connections that it leaves out. */
  readonly except?: readonly Party[] | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** Null if they mean nothing. @throws BroadcastFault for options that do not fit the channel. */
export function optionsOf(
  descriptor: RealtimeChannelDescriptor,
  options: unknown,
  caller: CallerContext,
): MeantOptions | null {
  if (options === undefined) return null;
  if (typeof options !== 'object' || options === null) {
    throw new BroadcastFault(`A broadcast to "${descriptor.name}" has options that are no object; write { except }.`);
  }
  const unknown = Object.keys(options).find((option) => !OPTIONS.has(option));
  if (unknown !== undefined) {
    const known = descriptor.history === undefined ? 'the option is except' : 'the options are except, idempotencyKey';
    throw new BroadcastFault(`A broadcast to "${descriptor.name}" has no option "${unknown}"; ${known}.`);
  }
  const { except, idempotencyKey } = options as { readonly except?: unknown; readonly idempotencyKey?: unknown };
  if (idempotencyKey !== undefined) demandKey(descriptor, idempotencyKey);
  const parties = except === undefined ? undefined : partiesOf(except, caller);
  if (parties === undefined && idempotencyKey === undefined) return null;
  return { except: parties, idempotencyKey: idempotencyKey as string | undefined };
}

function demandKey(descriptor: RealtimeChannelDescriptor, key: unknown): void {
  if (descriptor.history === undefined) {
    throw new BroadcastFault(
      `Channel "${descriptor.name}" has no history that could remember an idempotencyKey; remove it.`,
    );
  }
  if (typeof key === 'string' && key !== '' && key.length <= LONGEST_KEY) return;
  throw new BroadcastFault(
    `A broadcast to "${descriptor.name}" has an idempotencyKey that is no text of 1 to ${LONGEST_KEY} characters; pass one such as the id of what happened.`,
  );
}

function partiesOf(except: unknown, caller: CallerContext): readonly Party[] | undefined {
  const parties = (Array.isArray(except) ? (except as unknown[]) : [except]).flatMap((who) => {
    return caller.find(who, (problem) => new BroadcastFault(problem)) ?? [];
  });
  return parties.length === 0 ? undefined : parties;
}
