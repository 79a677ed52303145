// How does a client follow a log? It counts offsets, and drops those that it has seen.
import type { HistoryReply, Position } from '@nestjs-realtime/contract';
import type { Client, Reply } from '../kit/client.js';

export interface LogReply extends Reply {
  readonly position?: Position;
  readonly recovered?: boolean;
}

/** Everything that a client hears of one channel, as it comes: an event's payload, or `skip`, with its offset. */
export class Reader {
  readonly heard: [offset: number | undefined, payload: unknown][] = [];

  constructor(
    readonly client: Client,
    private readonly channel: string,
  ) {
    client.socket.on('rt:event', (channel: string, _event: string, payload: unknown, offset?: number) => {
      if (channel === this.channel) this.heard.push([offset, payload]);
    });
    client.socket.on('rt:skip', (channel: string, offset: number) => {
      if (channel === this.channel) this.heard.push([offset, 'skip']);
    });
  }

  get offsets(): (number | undefined)[] {
    return this.heard.map(([offset]) => offset);
  }

  subscribe(recover?: unknown): Promise<LogReply> {
    return this.client.request('rt:subscribe', { channel: this.channel, ...(recover !== undefined && { recover }) });
  }

  history(query: object = {}): Promise<HistoryReply & Reply> {
    return this.client.request('rt:history', { channel: this.channel, ...query });
  }
}

/** Whole numbers from the first to the last. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
