// What is one connection between a client and the mock? Frames in both directions, as JSON carries them.
import { FRAMES, type OnlineFrame, type PresenceFrame, type PublicUser } from '@nestjs-realtime/contract';
import type { FrameHandlers, Transport } from '../client-transport.js';
import { RealtimeError, timedOut } from '../realtime-error.js';

export class MockLine implements Transport {
  readonly subscribed = new Set<string>();
  /** The users that the client watches. */
  watched: readonly string[] = [];
  /** The user of the connection. */
  user: PublicUser | null = null;
  readonly closed = Promise.resolve();
  private isOpen = true;

  /** @param asked gets each request, and answers it. */
  constructor(
    private readonly handlers: FrameHandlers,
    private readonly lost: (reason: RealtimeError) => void,
    private readonly asked: (frame: string, body: unknown, reply: (answer: unknown) => void) => void,
  ) {}

  welcome(connectionId: string, user: PublicUser | null): void {
    this.user = user;
    if (this.isOpen) this.handlers[FRAMES.WELCOME]({ protocol: 1, connectionId, user });
  }

  request(frame: string, body: unknown, reply: (reply: unknown) => void): void {
    this.asked(frame, copyOf(body), (answer) => {
      if (this.isOpen) reply(copyOf(answer));
    });
  }

  event(channel: string, event: string, payload: unknown, offset?: number): void {
    if (this.isOpen && this.subscribed.has(channel))
      this.handlers[FRAMES.EVENT](channel, event, copyOf(payload), offset);
  }

  presence(frame: PresenceFrame): void {
    if (this.isOpen) this.handlers[FRAMES.PRESENCE](copyOf(frame) as PresenceFrame);
  }

  online(frame: OnlineFrame): void {
    if (this.isOpen) this.handlers[FRAMES.ONLINE](copyOf(frame) as OnlineFrame);
  }

  close(): void {
    this.isOpen = false;
  }

  look(): void {
    // It is lost when a test drops it, and never before.
  }

  overdue(): RealtimeError {
    return timedOut();
  }

  drop(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.lost(new RealtimeError('DISCONNECTED', 'The mock has dropped the connection.', { retryable: true }));
  }
}

/** What is left of a value after JSON. */
function copyOf(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
