// Which channels does a broadcast name? The types say so already; JavaScript, casts and import cycles do not.
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { type ConcreteChannel, concreteChannel } from '../connections/channel-target.js';
import { BroadcastFault } from '../guards/broadcast.guard.js';

/** The channels of one broadcast: all of one descriptor. */
export interface Destination {
  readonly descriptor: RealtimeChannelDescriptor;
  /** Concrete names, each once, in the order of the list. */
  readonly names: readonly string[];
}

/** The channels that a target names; null for an empty list. @throws BroadcastFault for a target that names none. */
export function destinationOf(target: unknown): Destination | null {
  if (!Array.isArray(target)) {
    const { descriptor, name } = addressOf(target);
    return { descriptor, names: [name] };
  }
  if (target.length === 0) return null;
  const { descriptor } = addressOf(target[0]);
  if (descriptor.history !== undefined) {
    throw new BroadcastFault(
      `Channel "${descriptor.name}" has history, so each of its channels needs an event of its own; broadcast to one channel at a time.`,
    );
  }
  const names = new Set<string>();
  for (const item of target as unknown[]) {
    const address = addressOf(item);
    if (address.descriptor !== descriptor) {
      throw new BroadcastFault(
        `A list names channels of "${descriptor.name}" and of "${address.descriptor.name}"; make one broadcast for each descriptor.`,
      );
    }
    names.add(address.name);
  }
  return { descriptor, names: [...names] };
}

/** One channel. @throws BroadcastFault for a value that names none. */
export function addressOf(target: unknown): ConcreteChannel {
  return concreteChannel(target, (problem) => new BroadcastFault(problem));
}
