// Which users does this client watch, and which of them are online? One list for all watches: a connection has one.
import { FRAMES, type OnlineFrame, type WatchReply } from '@nestjs-realtime/contract';
import { type Backoff, backoff } from './backoff.js';
import type { ResolvedOptions } from './client-options.js';
import { unplain } from './face.js';
import { Listeners } from './listeners.js';
import { onceATick } from './once-a-tick.js';
import type { OnlineWatch } from './online-watch.js';
import type { RealtimeError } from './realtime-error.js';
import type { Link } from './requests.js';

interface Watch {
  readonly users: ReadonlySet<string>;
  readonly listeners: Listeners<ReadonlySet<string>>;
  online: ReadonlySet<string>;
}

const NO_USERS: ReadonlySet<string> = new Set();
/** The list of a connection that has not been asked to watch. */
const NO_LIST = '[]';

export class WatchList {
  private readonly watches = new Set<Watch>();
  /** Those of the list; null once the server has refused it for good, so that nothing that it says counts. */
  private online: ReadonlySet<string> | null = NO_USERS;
  private link?: Link | undefined;
  /** The list that the server was asked to watch, as JSON. */
  private asked = NO_LIST;
  /** Whether an answer or a retry is awaited. A list that has changed meanwhile goes out after it. */
  private busy = false;
  private readonly flushSoon = onceATick(() => this.flush());
  private backoff: Backoff;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly options: ResolvedOptions) {
    this.backoff = backoff(options);
  }

  watch(userIds: readonly string[]): OnlineWatch {
    const watch: Watch = { users: new Set(userIds), listeners: new Listeners(), online: NO_USERS };
    this.watches.add(watch);
    this.look(watch);
    this.flushSoon();
    const unwatch = (): void => {
      this.watches.delete(watch);
      watch.online = NO_USERS;
      watch.listeners.close();
      this.flushSoon();
    };
    return unplain({
      get online() {
        return watch.online;
      },
      onOnline: (listener) => watch.listeners.add(listener),
      unwatch,
      [Symbol.dispose]: unwatch,
    } satisfies OnlineWatch);
  }

  connected(link: Link): void {
    this.link = link;
    this.flush();
  }

  /** The server may answer otherwise now. */
  regained(): void {
    if (this.asked !== NO_LIST) this.asked = '';
    this.flush();
  }

  lost(): void {
    this.link = undefined;
    this.asked = NO_LIST;
    this.busy = false;
    clearTimeout(this.timer);
    this.backoff = backoff(this.options);
  }

  /** Security note: reads data of a server. */
  changed({ online, offline }: Partial<OnlineFrame>): void {
    if (!this.online) return;
    const now = new Set(this.online);
    for (const user of usersIn(offline)) now.delete(user);
    for (const user of usersIn(online)) now.add(user);
    this.know(now);
  }

  private flush(): void {
    const { link } = this;
    if (!link || this.busy) return;
    const userIds = [...new Set([...this.watches].flatMap(({ users }) => [...users]))].sort();
    const list = JSON.stringify(userIds);
    if (list === this.asked) return;
    this.asked = list;
    this.busy = true;
    link.ask(FRAMES.WATCH, { userIds }, this.options.requestTimeout, (refusal, reply) => {
      if (link !== this.link) return;
      this.busy = false;
      if (refusal) this.refused(refusal);
      else this.accepted(new Set(userIds), reply as WatchReply);
      this.flush();
    });
  }

  private accepted(asked: ReadonlySet<string>, reply: WatchReply): void {
    this.backoff = backoff(this.options);
    const now = new Set(usersIn(reply.online));
    // The next answer tells of users who are watched only since the request.
    for (const { online } of this.watches) for (const user of online) if (!asked.has(user)) now.add(user);
    this.know(now);
  }

  private refused(refusal: RealtimeError): void {
    this.options.logger?.warn('Realtime watch list', refusal);
    // The same list would be refused again, on this connection.
    if (!refusal.retryable) return this.know(null);
    this.busy = true;
    this.timer = setTimeout(() => {
      this.busy = false;
      this.asked = '';
      this.flush();
    }, this.backoff(refusal.retryAfterMs));
  }

  /** All watches change first, then their listeners run. */
  private know(online: ReadonlySet<string> | null): void {
    this.online = online;
    const changed = [...this.watches].filter((watch) => this.look(watch));
    for (const watch of changed) watch.listeners.emit(watch.online);
  }

  /** @returns whether others of its users are online than before. */
  private look(watch: Watch): boolean {
    const now = [...watch.users].filter((user) => this.online?.has(user));
    if (now.length === watch.online.size && now.every((user) => watch.online.has(user))) return false;
    watch.online = new Set(now);
    return true;
  }
}

function usersIn(value: unknown): string[] {
  return Array.isArray(value) ? (value as string[]) : [];
}
