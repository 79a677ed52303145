// How do events of a log reach a connection that has missed them? In one write, encoded once for all that come back at the same time.
import type { ReplayedEvent } from '../../connections/encoded-event.js';
import type { WriteOptions } from '../internals.js';
import type { Outlet } from './outlet.js';
import { eventPacket } from './prepared-packet.js';
import { textFrame } from './text-frame.js';

/** Engine.IO's packet type of a message. */
const ENGINE_MESSAGE = '4';
/** How long what was encoded is kept for others, in milliseconds. */
const KEPT_FOR = 250;

interface EncodedReplay {
  readonly packet: string;
  readonly frame: Buffer;
}

export class Replays {
  /** Entries of a log are the same objects for all who get them, and each belongs to one channel. */
  private readonly encoded = new Map<ReplayedEvent, EncodedReplay>();
  /** What was joined last: members that were away together have missed the same. */
  private joined: { readonly first: ReplayedEvent; readonly last: ReplayedEvent; readonly buffer: Buffer } | null =
    null;
  private timer: NodeJS.Timeout | null = null;

  /** Resolves when the network socket, or Engine.IO, has taken the events, or has ended. */
  send(member: Outlet, channel: string, events: readonly ReplayedEvent[]): Promise<void> {
    if (events.length === 0) return Promise.resolve();
    const { network, conn } = member;
    if (network !== null) {
      const buffer = this.bufferOf(channel, events);
      return new Promise((resolve) => void network.write(buffer, () => resolve()));
    }
    return new Promise((resolve) => {
      if (conn.readyState === 'closed') return resolve();
      const ended = (): void => {
        conn.off('close', ended);
        resolve();
      };
      conn.once('close', ended);
      for (const [index, event] of events.entries()) {
        const { packet, frame } = this.encode(channel, event);
        const options = { compress: false, wsPreEncodedFrame: [frame] } as WriteOptions;
        conn.write(packet, options, index === events.length - 1 ? ended : undefined);
      }
    });
  }

  private bufferOf(channel: string, events: readonly ReplayedEvent[]): Buffer {
    const [first, last] = [events[0], events[events.length - 1]];
    if (this.joined?.first === first && this.joined.last === last) return this.joined.buffer;
    const buffer = Buffer.concat(events.map((event) => this.encode(channel, event).frame));
    this.joined = { first, last, buffer };
    return buffer;
  }

  private encode(channel: string, replayed: ReplayedEvent): EncodedReplay {
    let made = this.encoded.get(replayed);
    if (made === undefined) {
      const { offset, event, isSkipped } = replayed;
      const packet = eventPacket(channel, { channels: [channel], ...event, offset, isSkipped });
      this.encoded.set(replayed, (made = { packet, frame: textFrame(ENGINE_MESSAGE + packet) }));
      this.timer ??= setTimeout(() => this.forget(), KEPT_FOR).unref();
    }
    return made;
  }

  private forget(): void {
    this.encoded.clear();
    this.joined = null;
    this.timer = null;
  }
}
