// Which channel does the decorator of a method name? A descriptor, and not what an import cycle leaves in its place.
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { RealtimeFault } from '../realtime.exception.js';

/** `instead` is what the decorator takes in the unchecked form. @throws RealtimeFault for what is no descriptor. */
export function demandDescriptor(descriptor: unknown, decorator: string, instead: string): RealtimeChannelDescriptor {
  if (typeof descriptor === 'object' && descriptor !== null && 'template' in descriptor) {
    return descriptor as RealtimeChannelDescriptor;
  }
  throw new RealtimeFault(
    `${decorator}() names no channel; pass its descriptor, or ${instead}. If you did, an import cycle may have left it undefined.`,
  );
}
