// Which channels must the server still be asked to unsubscribe?
import { FRAMES, MAX_SUBSCRIBE_BATCH } from '@nestjs-realtime/contract';
import { readRefusal, type RealtimeError } from './realtime-error.js';
import type { Link } from './requests.js';

export class Departures {
  /** Names that the server must still be asked to unsubscribe, or has not answered for; true where the request must still be sent. */
  private readonly names = new Map<string, boolean>();

  /**
   * @param isWanted whether the channel has been asked for again meanwhile.
   * @param refused called where the request must be sent again.
   */
  constructor(
    private readonly timeout: number,
    private readonly isWanted: (name: string) => boolean,
    private readonly refused: (refusal: RealtimeError) => void,
  ) {}

  has(name: string): boolean {
    return this.names.has(name);
  }

  add(name: string): void {
    this.names.set(name, true);
  }

  /** The connection is lost, and with it all subscriptions. */
  clear(): void {
    this.names.clear();
  }

  /** Sends what has not been sent. @param isCurrent whether the link is still that of the connection. */
  send(link: Link, isCurrent: () => boolean): void {
    const unsent = [...this.names.keys()].filter((name) => this.names.get(name));
    while (unsent.length > 0) this.unsubscribe(link, unsent.splice(0, MAX_SUBSCRIBE_BATCH), isCurrent);
  }

  private unsubscribe(link: Link, channels: readonly string[], isCurrent: () => boolean): void {
    for (const channel of channels) this.names.set(channel, false);
    const frames = channels.map((channel) => ({ channel }));
    link.ask(FRAMES.UNSUBSCRIBE, frames.length > 1 ? frames : frames[0], this.timeout, (refusal, reply) => {
      if (!isCurrent()) return;
      channels.forEach((channel, i) => {
        const error = refusal ?? (Array.isArray(reply) ? readRefusal(reply[i]) : undefined);
        this.names.delete(channel);
        if (!error?.retryable || this.isWanted(channel)) return;
        this.names.set(channel, true);
        this.refused(error);
      });
    });
  }
}
