// What do guards see of a client that does not exist? A connection of the user in question, without a socket.
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import { LiveConnection } from '../connections/live.connection.js';

/** Its handshake is empty. It joins no channel, and nothing is sent to it. */
export class AskedConnection extends LiveConnection {
  readonly handshake: RealtimeHandshake = { auth: {}, cookies: {}, headers: {}, query: {}, address: '127.0.0.1' };
  readonly client = undefined;

  constructor(user: RealtimeUser | null) {
    super('explain');
    this.user = user;
  }

  override acceptAuth(): void {}
  override disconnect(): void {}
  protected override enter(match: ChannelMatch): ChannelMatch {
    return match;
  }
  protected override exit(): void {}
  protected override notify(): void {}
  override replay(): Promise<void> {
    return Promise.resolve();
  }
  override cutOff(): void {}
}
