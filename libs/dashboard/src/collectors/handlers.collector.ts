// How fast are the handlers, and how often do they fail? Only declared messages count, so clients cannot add entries.
import type { RealtimeChannelDescriptor, RealtimeHooks } from 'nestjs-realtime';
import type { HandlerRow } from '../wire/feed.frames.js';
import { isOwnChannel } from '../own-traffic.js';
import { cutKey, cutName } from '../rows/cut.js';
import { MOST_ROWS } from '../rows/listing.js';
import { Latencies } from './latencies.js';

export class HandlersCollector {
  private readonly byChannel = new Map<RealtimeChannelDescriptor, Map<string, Latencies>>();

  constructor(hooks: RealtimeHooks) {
    hooks.on('handled', ({ channel: { descriptor, name }, message, code, durationMs }) => {
      if (isOwnChannel(name) || !Object.hasOwn(descriptor.messages, message)) return;
      this.latencies(descriptor, message).add(Date.now(), durationMs, code !== null);
    });
  }

  /** Handlers that ran in the last minute, slowest first. */
  rows(at: number): readonly HandlerRow[] {
    const rows = [...this.byChannel].flatMap(([{ name }, messages]) =>
      [...messages].flatMap(([message, latencies]): HandlerRow[] => {
        const summary = latencies.summary(at);
        return summary === null ? [] : [{ template: cutKey(name), message: cutName(message), ...summary }];
      }),
    );
    return rows.sort((one, other) => other.p99Ms - one.p99Ms).slice(0, MOST_ROWS);
  }

  private latencies(descriptor: RealtimeChannelDescriptor, message: string): Latencies {
    let messages = this.byChannel.get(descriptor);
    if (messages === undefined) this.byChannel.set(descriptor, (messages = new Map<string, Latencies>()));
    let latencies = messages.get(message);
    if (latencies === undefined) messages.set(message, (latencies = new Latencies()));
    return latencies;
  }
}
