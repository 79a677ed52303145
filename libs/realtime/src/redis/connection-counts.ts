// How are the connections of one user counted over all nodes? In Redis, where each node notes its own.
import type { ConnectionLimit } from '../broker/realtime.broker.js';
import { NOTE_CONNECTION } from './connection-scripts.js';
import type { RedisCommands } from './redis-engine.js';
import type { RedisNames } from './redis-names.js';

export class ConnectionCounts {
  /** Connections that Redis may still count, by user: without a second try they would keep a place until this node ends. */
  private readonly ghosts = new Map<string, Set<string>>();

  constructor(
    private readonly nodeId: string,
    private readonly link: RedisCommands,
    private readonly names: RedisNames,
  ) {}

  async note(userId: string, connectionId: string, { max, over }: ConnectionLimit): Promise<readonly string[] | null> {
    const keys = [this.names.registry[0], this.names.connectionsOf(userId)];
    this.forgetGhostsOf(userId);
    const wasUp = this.link.isUp(keys[1]);
    const reply = await this.link.run(NOTE_CONNECTION, keys, [this.nodeId, connectionId, max, over]).catch((error) => {
      // Redis may have counted it all the same.
      if (wasUp) this.remember(userId, connectionId);
      throw error;
    });
    const [isNoted, ...oldest] = reply as [number, ...string[]];
    return isNoted === 1 ? oldest : null;
  }

  /** Where Redis is away, once it is back. */
  forget(userId: string, connectionId: string): void {
    this.remember(userId, connectionId);
    this.forgetGhostsOf(userId);
  }

  /** The node has joined. */
  forgetGhosts(): void {
    for (const userId of [...this.ghosts.keys()]) this.forgetGhostsOf(userId);
  }

  private remember(userId: string, connectionId: string): void {
    const ofUser = this.ghosts.get(userId);
    if (ofUser === undefined) this.ghosts.set(userId, new Set([connectionId]));
    else ofUser.add(connectionId);
  }

  private forgetGhostsOf(userId: string): void {
    const key = this.names.connectionsOf(userId);
    const ofUser = this.ghosts.get(userId);
    if (ofUser === undefined || !this.link.isUp(key)) return;
    this.ghosts.delete(userId);
    for (const connectionId of ofUser) {
      const member = `${this.nodeId} ${connectionId}`;
      this.link.call('ZREM', key, member).catch(() => this.remember(userId, connectionId));
    }
  }
}
