// How does a client follow a state? It begins with the snapshot, applies each event, and drops offsets that it has seen.
import type { Position } from '@nestjs-realtime/contract';
import type { Client, Reply } from '../kit/client.js';

export interface StateReply extends Reply {
  readonly position?: Position;
  readonly recovered?: boolean;
}

/** Everything that a client hears of one channel, as it comes. */
export class Follower {
  /** `snapshot` or the event, with payload and offset. */
  readonly heard: [event: string, payload: unknown, offset: number | undefined][] = [];
  /** What the client holds to be the state; null before it knows. */
  list: number[] | null = null;
  /** Events that came again, or before the state was known. */
  readonly strays: unknown[] = [];
  position: Position | undefined;

  constructor(
    readonly client: Client,
    readonly channel: string,
  ) {
    client.socket.on('rt:event', (channel: string, event: string, payload: unknown, offset?: number) => {
      if (channel === this.channel) this.take(event, payload, offset);
    });
  }

  get payloads(): unknown[] {
    return this.heard.map(([, payload]) => payload);
  }

  /** Where the client stands as soon as the reply is there, which comes before the first event. */
  subscribe(recover?: unknown): Promise<StateReply> {
    const frame = { channel: this.channel, ...(recover !== undefined && { recover }) };
    return new Promise((resolve) => {
      this.client.socket.emit('rt:subscribe', frame, (reply: StateReply) => {
        this.client.log.push('reply rt:subscribe');
        // One that has recovered goes on from its own position.
        if (reply.ok && reply.recovered !== true) this.position = reply.position;
        resolve(reply);
      });
    });
  }

  /** What is missing of a state, or is in the stream twice. A state may already hold what came while it was read. */
  differenceFrom(truth: readonly number[]): object {
    const known = new Set(this.list ?? []);
    return { missing: truth.filter((n) => !known.has(n)), strays: this.strays };
  }

  private take(event: string, payload: unknown, offset: number | undefined): void {
    this.heard.push([event, payload, offset]);
    if (event === 'snapshot') {
      this.list = [...(payload as { list: number[] }).list];
      return;
    }
    const isNext = offset === undefined || this.position === undefined || offset === this.position.offset + 1;
    if (this.list === null || !isNext) return void this.strays.push([event, payload, offset]);
    if (offset !== undefined && this.position) this.position = { ...this.position, offset };
    this.list.push(payload as number);
  }
}
