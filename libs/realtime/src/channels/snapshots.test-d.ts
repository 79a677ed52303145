// Which methods may supply a snapshot? Checked by `npm run typecheck`.
import type { ChannelAddress, SnapshotOf } from '@nestjs-realtime/contract';
import { expectTypeOf } from 'expect-type';
import { orders, room } from '../../../contract/test/channels.js';
import { RealtimeChannel, type RealtimeUser, Snapshot } from '../index.js';

expectTypeOf<SnapshotOf<typeof room>>().toEqualTypeOf<{ topic: string }>();

@RealtimeChannel(room)
export class StateOfRoom {
  @Snapshot(room)
  topic({ params }: ChannelAddress<typeof room>): { topic: string } {
    expectTypeOf(params).toEqualTypeOf<{ readonly roomId: string }>();
    return { topic: params.roomId };
  }
  @Snapshot(room)
  async later(): Promise<{ topic: string }> {
    return { topic: '' };
  }
  // The unchecked form
  @Snapshot()
  unchecked(): void {}
  // @ts-expect-error a snapshot is for all, so it is told of no user
  @Snapshot(room)
  mine(user: RealtimeUser): { topic: string } {
    return { topic: user.userId };
  }
  // @ts-expect-error a snapshot is for all, so it is told of no user
  @Snapshot(room)
  ours(_channel: ChannelAddress<typeof room>, user: RealtimeUser): { topic: string } {
    return { topic: user.userId };
  }
  // @ts-expect-error the state of another form
  @Snapshot(room)
  other(): { subject: string } {
    return { subject: '' };
  }
  // @ts-expect-error the channel declares no snapshot
  @Snapshot(orders)
  none(): { topic: string } {
    return { topic: '' };
  }
}
