// After which domain events may a user no longer be on a channel?
import type { AnyChannel, ChannelTarget } from '@nestjs-realtime/contract';
import { REAUTHORIZE_ON_METADATA } from '../channels/reauthorization-metadata.js';
import type { Party } from '../connections/party.js';
import { RealtimeFault } from '../realtime.exception.js';

/**
 * Whose subscriptions pass gate 2 again. With `channel`, it concerns only connections that are subscribed to that channel. Leave it out
 * where the event changes the user, such as their roles, and not only a membership.
 */
export type Subject = Party & { readonly channel?: ChannelTarget<AnyChannel> | undefined };

/** One subject, several, or null where the event changes nothing. */
export type Subjects = Subject | readonly Subject[] | null;

/** A class of domain events. */
export type EventType<Event extends object = object> = abstract new (...args: never[]) => Event;

/** An event and what follows from it, as the decorator stores it. */
export interface Reaction {
  readonly event: EventType;
  readonly subjectsOf: (event: object) => Subjects | Promise<Subjects>;
}

/**
 * Re-authorizes users when an event of this class, or of one derived from it, is published on the `EventBus`. Repeat it for more
 * events. Update your own data before you publish: gate 2 reads the present data.
 *
 * Needs `RealtimeCqrsModule.forRoot()`. A `subjectsOf` that throws is logged, and the lease does its work later.
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
  subjectsOf: (event: InstanceType<Type>) => Subjects | Promise<Subjects>,
): ClassDecorator {
  return (target) => {
    if (typeof event !== 'function') {
      throw new RealtimeFault(
        `${target.name} has @ReauthorizeOn without an event class; if you gave one, an import cycle has left it undefined.`,
      );
    }
    const reaction: Reaction = { event, subjectsOf: subjectsOf as Reaction['subjectsOf'] };
    Reflect.defineMetadata(REAUTHORIZE_ON_METADATA, [...reactionsOf(target), reaction], target);
  };
}

/** The reactions of a class, those it inherits included. */
export function reactionsOf(type: object): readonly Reaction[] {
  return (Reflect.getMetadata(REAUTHORIZE_ON_METADATA, type) as readonly Reaction[] | undefined) ?? [];
}
