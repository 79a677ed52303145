// A drop-in broadcaster for use-case tests (ADR-016: RecordingRealtimeBroadcaster).
import { Injectable } from '@nestjs/common';
import type { ChannelAddress, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';

/** One call, as it was made. */
export interface RecordedBroadcast {
  /** Concrete channel name. */
  readonly channel: string;
  /** The event, or undefined where the two-argument form left it out. */
  readonly event: string | undefined;
  readonly payload: unknown;
}

/**
 * Records calls and sends nothing; no gate runs, so it needs no module and no registration.
 *
 * @example
 * const realtime = new RecordingRealtimeBroadcaster();
 * await new ShipOrder(realtime).execute('42');
 * expect(realtime.broadcasts).toEqual([{ channel: 'orders.42', event: 'shipped', payload: { at: expect.any(Date) } }]);
 */
@Injectable()
export class RecordingRealtimeBroadcaster extends IRealtimeBroadcaster {
  readonly broadcasts: RecordedBroadcast[] = [];

  override broadcast(target: ChannelAddress | RealtimeChannelDescriptor, ...rest: unknown[]): Promise<void> {
    const [event, payload] = rest.length > 1 ? [rest[0] as string, rest[1]] : [undefined, rest[0]];
    this.broadcasts.push({ channel: target.name, event, payload });
    return Promise.resolve();
  }

  /** Payloads broadcast to a concrete channel, in order. */
  payloadsOf(channel: string): unknown[] {
    return this.broadcasts.filter((broadcast) => broadcast.channel === channel).map((broadcast) => broadcast.payload);
  }

  /** Forgets everything recorded. */
  clear(): void {
    this.broadcasts.length = 0;
  }
}
