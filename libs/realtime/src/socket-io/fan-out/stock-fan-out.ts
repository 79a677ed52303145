// How do frames leave where the fast path is off? Each by itself, through Engine.IO, at once.
import type { EncodedEvent } from '../../connections/encoded-event.js';
import type { MemberChannel } from '../../connections/channel.membership.js';
import type { Audience } from './audience.js';
import type { FanOutPath } from './fan-out-path.js';
import type { Outlet } from './outlet.js';
import { turnFrame, type Writer } from './writer.js';

/** Nothing waits here, so nothing has to be settled, gathered or forgotten. */
export class StockFanOut implements FanOutPath {
  readonly mode = 'stock';

  constructor(private readonly writer: Writer) {}

  broadcast(channel: MemberChannel<Outlet>, event: EncodedEvent, audience: Audience | null): void {
    const frame = turnFrame(0, channel.name, event, audience);
    for (const member of channel.values()) {
      if (audience === null || audience.includes(member)) this.writer.queueEvent(member, frame);
    }
  }

  send(member: Outlet, packet: string): void {
    this.writer.queue(member, packet);
  }

  settle(): void {}

  gatherWrites(): void {}

  forget(): void {}

  close(): void {}
}
