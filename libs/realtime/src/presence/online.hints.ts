// How do other nodes learn that a user may have come online or gone? By a hint on a topic of all nodes; the store knows the truth.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PlainWatch } from '../broker/plain-watch.js';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import { withDeadline } from '../connections/deadline.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { PresenceChannels } from './presence.channels.js';
import { UserListenerExplorer } from './user-listener.explorer.js';

/** Stands for all nodes. No application can declare a channel of this name. */
const ONLINE = '!online';
const HINT = 'hint';
/** Edges are gathered for so long, in milliseconds. */
const GATHER = 50;
/** How long a client waits for the engine, in milliseconds. */
const LONGEST = 2_000;
/** Users in one hint. */
const PIECE = 1_000;

@Injectable()
export class OnlineHints implements OnApplicationShutdown {
  private readonly waiting = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  private watch: PlainWatch | null = null;
  private listener: (userIds: readonly string[]) => void = () => undefined;

  constructor(
    private readonly broker: IRealtimeBroker,
    private readonly rules: UserListenerExplorer,
    channels: PresenceChannels,
  ) {
    channels.watchOnline((userIds) => this.tell(userIds));
  }

  onHint(listener: (userIds: readonly string[]) => void): void {
    this.listener = listener;
  }

  /** Whether a client of this node watches someone. */
  want(isWanted: boolean): void {
    if (this.broker.isLocal || isWanted === (this.watch !== null)) return;
    if (isWanted) this.watch = new PlainWatch(ONLINE, this.broker);
    else this.close();
  }

  /** Resolves when hints of other nodes come, or cannot come now. Never rejects. */
  async ready(): Promise<void> {
    const attempt = this.watch?.attempt;
    if (attempt) await withDeadline(attempt, LONGEST, () => new Error('late')).catch(() => undefined);
  }

  /**
   * Whether an event of another node is a hint, which is taken.
   *
   * Security note: reads what another process has sent.
   */
  take({ channels: [channel], event, json = '' }: EncodedEvent): boolean {
    if (channel !== ONLINE) return false;
    const userIds: unknown = event === HINT ? JSON.parse(json) : [];
    if (Array.isArray(userIds)) this.listener(userIds.filter((each) => typeof each === 'string'));
    return true;
  }

  onApplicationShutdown(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.close();
  }

  /** Where no client may watch anyone, nothing is told. */
  private tell(userIds: readonly string[]): void {
    if (this.broker.isLocal || this.rules.watchRule === null) return;
    for (const userId of userIds) this.waiting.add(userId);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      const told = [...this.waiting];
      this.waiting.clear();
      for (let from = 0; from < told.length; from += PIECE) {
        const json = JSON.stringify(told.slice(from, from + PIECE));
        // A hint that is lost is made up for when the store is asked the next time.
        void this.broker.publish({ channels: [ONLINE], event: HINT, json }).catch(() => undefined);
      }
    }, GATHER).unref();
  }

  private close(): void {
    this.watch?.close();
    this.watch = null;
  }
}
