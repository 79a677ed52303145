// After which domain events may a user no longer be on a channel?
import type { ChannelAddress } from '@nestjs-realtime/contract';
import { REAUTHORIZE_ON_METADATA } from '../channels/reauthorization-metadata.js';
import { RealtimeFault } from '../realtime.exception.js';

/** Whose subscriptions pass gate 2 again. */
export interface ReauthorizationScope {
  readonly userId: string;
  /**
   * Only the user's connections that are subscribed to this concrete channel: its address, or its name. Leave it out where the event
   * changes the user, such as their roles, and not only a membership.
   */
  readonly channel?: ChannelAddress | string;
}

/** One scope, several, or null where the event changes nothing. */
export type ReauthorizationScopes = ReauthorizationScope | readonly ReauthorizationScope[] | null;

/** A class of domain events. */
export type EventType<Event extends object = object> = abstract new (...args: never[]) => Event;

/** An event and what follows from it, as the decorator stores it. */
export interface Reaction {
  readonly event: EventType;
  readonly scopesOf: (event: object) => ReauthorizationScopes | Promise<ReauthorizationScopes>;
}

/**
 * Re-authorizes users when an event of this class, or of one derived from it, is published on the `EventBus`. Repeat it for more
 * events. Update your own data before you publish: gate 2 reads the present data.
 *
 * Needs `RealtimeCqrsModule.forRoot()`. A `scopesOf` that throws is logged, and the lease does its work later.
 *
 * @throws RealtimeFault where the event is no class.
 * @example
 * @RealtimeChannel(orderChannel)
 * @UseGuards(OrderMemberGuard)
 * @ReauthorizeOn(MemberRemoved, ({ userId, orderId }) => ({ userId, channel: orderChannel.with({ orderId }) }))
 * export class OnAddNote {}
 */
export function ReauthorizeOn<Type extends EventType>(
  event: Type,
  scopesOf: (event: InstanceType<Type>) => ReauthorizationScopes | Promise<ReauthorizationScopes>,
): ClassDecorator {
  return (target) => {
    if (typeof event !== 'function') {
      throw new RealtimeFault(
        `${target.name} has @ReauthorizeOn without an event class; if you gave one, an import cycle has left it undefined.`,
      );
    }
    const reaction: Reaction = { event, scopesOf: scopesOf as Reaction['scopesOf'] };
    Reflect.defineMetadata(REAUTHORIZE_ON_METADATA, [...reactionsOf(target), reaction], target);
  };
}

/** The reactions of a class, those it inherits included. */
export function reactionsOf(type: object): readonly Reaction[] {
  return (Reflect.getMetadata(REAUTHORIZE_ON_METADATA, type) as readonly Reaction[] | undefined) ?? [];
}
