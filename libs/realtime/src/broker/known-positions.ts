// Where has a process without clients seen the logs that it publishes to? It remembers what the engine answered, for the newest channels.
import type { Position } from '@nestjs-realtime/contract';

/** Channels that are remembered. */
const MOST = 1_000;

export class KnownPositions {
  private readonly positions = new Map<string, Position>();

  get(channel: string): Position | undefined {
    return this.positions.get(channel);
  }

  /** Answers may come in another order than the calls. */
  set(channel: string, position: Position): void {
    const known = this.positions.get(channel);
    if (known?.epoch === position.epoch && known.offset >= position.offset) return;
    this.positions.delete(channel);
    this.positions.set(channel, position);
    if (this.positions.size <= MOST) return;
    const [oldest] = this.positions.keys();
    this.positions.delete(oldest);
  }
}
