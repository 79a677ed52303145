// What may a mapper get and give? Checked by `npm run typecheck`.
import { expectTypeOf } from 'expect-type';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { ReauthorizeOn, type Subject } from './index.js';

const orders = defineRealtimeChannel({ name: 'orders.{orderId}', scope: 'public' });

class RoleRevoked {
  constructor(
    readonly userId: string,
    readonly roles: readonly string[],
  ) {}
}
abstract class AnyEvent {
  abstract readonly userIds: readonly string[];
}

// the mapper gets an instance of the event's class
ReauthorizeOn(RoleRevoked, (event) => {
  expectTypeOf(event).toEqualTypeOf<RoleRevoked>();
  return { userId: event.userId };
});
ReauthorizeOn(AnyEvent, ({ userIds }) =>
  userIds.map((userId) => ({ userId, channel: orders.with({ orderId: '42' }) })),
);
ReauthorizeOn(RoleRevoked, () => null);
ReauthorizeOn(RoleRevoked, async ({ userId }): Promise<Subject> => ({ userId }));

// @ts-expect-error: no user is named
ReauthorizeOn(RoleRevoked, () => ({}));
// @ts-expect-error: a mapper says null where nothing follows
ReauthorizeOn(RoleRevoked, () => undefined);
// @ts-expect-error: the event has no such property
ReauthorizeOn(RoleRevoked, ({ name }) => ({ userId: name }));
// @ts-expect-error: an event is a class
ReauthorizeOn('RoleRevoked', () => null);
// @ts-expect-error: a name is no channel
ReauthorizeOn(RoleRevoked, ({ userId }) => ({ userId, channel: 'orders.42' }));
// @ts-expect-error: an event has no caller
ReauthorizeOn(RoleRevoked, () => 'caller');
