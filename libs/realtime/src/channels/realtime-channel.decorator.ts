// Which provider handles a channel?
import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';
import type { AnyChannel, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { copyFault, type PackageCopy, THIS_COPY } from '../package-copy.js';
import { ENTRY_PROVIDER, INJECTABLE } from './nest-internals.js';

/** A fixed key, so that two copies of this package in one process see each other's decorators. */
export const CHANNEL_METADATA = 'nestjs-realtime:channel';
const CLAIMS_METADATA = 'nestjs-realtime:channels';
/** Which copy has decorated a class. */
const COPY_METADATA = 'nestjs-realtime:copy';

/**
 * Claims a channel for a provider: its `@RealtimeHandler` methods take the channel's messages, and its `@UseGuards` run when
 * a client subscribes (gate 2) and on every message (gate 3). Several classes may claim one channel, each with its own messages.
 *
 * @example
 * @RealtimeChannel(orderChannel)
 * @UseGuards(OrderMemberGuard)
 * export class OnAddNote {}
 */
export function RealtimeChannel(descriptor: AnyChannel): ClassDecorator {
  return applyDecorators(
    injectable,
    claiming(descriptor),
    SetMetadata(COPY_METADATA, THIS_COPY),
    SetMetadata(ENTRY_PROVIDER, true),
  );
}

/** Adds `@Injectable()` only if the class has none, because a second one would reset the scope of the first. */
function injectable(target: object): void {
  if (!Reflect.hasOwnMetadata(INJECTABLE, target)) Injectable()(target as never);
}

/** Keeps what was claimed before, so that a second claim is noticed. */
function claiming(descriptor: AnyChannel): (target: object) => void {
  return (target) => {
    const known = (Reflect.getOwnMetadata(CLAIMS_METADATA, target) ?? []) as readonly AnyChannel[];
    Reflect.defineMetadata(CLAIMS_METADATA, [...known, descriptor], target);
    Reflect.defineMetadata(CHANNEL_METADATA, descriptor, target);
  };
}

/** Every channel that a class claims, or the next class above it that claims any; more than one is a fault. */
export function claimsOf(type: object): readonly (RealtimeChannelDescriptor | undefined)[] {
  return (Reflect.getMetadata(CLAIMS_METADATA, type) ?? []) as readonly (RealtimeChannelDescriptor | undefined)[];
}

/** The descriptor that a class claims, if any. */
export function channelOf(type: object): RealtimeChannelDescriptor | undefined {
  return Reflect.getMetadata(CHANNEL_METADATA, type) as RealtimeChannelDescriptor | undefined;
}

/** What is wrong where another copy has decorated a class. */
export function decorationFault(type: object): string | null {
  return copyFault(Reflect.getMetadata(COPY_METADATA, type) as PackageCopy | undefined);
}
