// Which topics does this node want, and which of them has Redis confirmed? One table, whose differences are sent once a turn on one connection.
import type { RedisLink } from './redis-link.js';
import { unavailable } from './publish-queue.js';

/** Topics in one command. */
const BATCH = 512;

interface Wanted {
  readonly channel: string;
  isConfirmed: boolean;
  waiting: { readonly resolve: () => void; readonly reject: (reason: unknown) => void }[];
}

interface Asked {
  isConfirmed: boolean;
}

/** The part of a connection that subscribes. */
export type SubscribingLink = Pick<RedisLink, 'subscribe' | 'unsubscribe'>;

/**
 * A topic stays wanted until `unwatch`, also while Redis is away and where a `watch` of it was rejected: after a loss everything that is
 * wanted is subscribed again.
 */
export class WatchTable {
  private readonly wanted = new Map<string, Wanted>();
  /** Topics that the current connection has been asked for, with the command that asked last. */
  private held = new Map<string, Asked>();
  private readonly changed = new Set<string>();
  private isScheduled = false;
  private isSubscribed = false;
  private losses = 0;

  constructor(
    private readonly link: SubscribingLink,
    /** Called where a connection refuses a topic: what it holds is not known any more. */
    private readonly broken: (reason: string) => void,
    /** Topics that are subscribed to on every connection. */
    private readonly always: readonly string[] = [],
  ) {}

  get size(): number {
    return this.wanted.size;
  }

  /** Whether it has been restored since it was lost. */
  get isLive(): boolean {
    return this.isSubscribed;
  }

  /** All its topics come over one connection, and are lost together. */
  lossesOf(): number {
    return this.losses;
  }

  /** The channel of a topic that is wanted. */
  channelOf(topic: string): string | undefined {
    return this.wanted.get(topic)?.channel;
  }

  watch(topic: string, channel: string): Promise<void> {
    let entry = this.wanted.get(topic);
    if (entry === undefined) this.wanted.set(topic, (entry = { channel, isConfirmed: false, waiting: [] }));
    if (entry.isConfirmed) return Promise.resolve();
    if (!this.isSubscribed) return Promise.reject(unavailable('Redis is away'));
    if (this.held.get(topic)?.isConfirmed === true) {
      // Given up in this turn, and wanted again before it was sent.
      entry.isConfirmed = true;
      return Promise.resolve();
    }
    const { waiting } = entry;
    this.change(topic);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  }

  unwatch(topic: string): void {
    const entry = this.wanted.get(topic);
    if (entry === undefined) return;
    this.wanted.delete(topic);
    for (const { reject } of entry.waiting) reject(unavailable('the channel is not watched any more'));
    this.change(topic);
  }

  /** On a new connection: resolves when everything that is wanted has been confirmed. */
  async restore(): Promise<void> {
    this.isSubscribed = true;
    this.held = new Map();
    this.changed.clear();
    await Promise.all(batchesOf([...this.always, ...this.wanted.keys()]).map((topics) => this.subscribe(topics)));
  }

  /** The connection is lost, and all topics with it. */
  lost(): void {
    this.isSubscribed = false;
    this.losses++;
    for (const entry of this.wanted.values()) {
      entry.isConfirmed = false;
      for (const { reject } of entry.waiting.splice(0)) reject(unavailable('Redis is away'));
    }
  }

  private change(topic: string): void {
    if (!this.isSubscribed) return;
    this.changed.add(topic);
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.send());
  }

  private send(): void {
    this.isScheduled = false;
    if (!this.isSubscribed) return;
    const topics = [...this.changed];
    this.changed.clear();
    const left = topics.filter((topic) => !this.wanted.has(topic) && this.held.delete(topic));
    for (const batch of batchesOf(left)) this.link.unsubscribe(batch).catch((error: Error) => this.fail(error));
    const added = topics.filter((topic) => this.wanted.has(topic) && !this.held.has(topic));
    for (const batch of batchesOf(added)) this.subscribe(batch).catch(() => undefined);
  }

  private async subscribe(topics: readonly string[]): Promise<void> {
    const { held } = this;
    const asked: Asked = { isConfirmed: false };
    for (const topic of topics) held.set(topic, asked);
    try {
      await this.link.subscribe(topics);
    } catch (error) {
      if (held === this.held) this.fail(error as Error);
      throw error;
    }
    if (held !== this.held || !this.isSubscribed) return;
    asked.isConfirmed = true;
    // A topic that was given up and wanted again in the meantime waits for the later command.
    for (const topic of topics) if (held.get(topic) === asked) this.confirm(topic);
  }

  private confirm(topic: string): void {
    const entry = this.wanted.get(topic);
    if (entry === undefined) return;
    entry.isConfirmed = true;
    for (const { resolve } of entry.waiting.splice(0)) resolve();
  }

  private fail(error: Error): void {
    if (!this.isSubscribed) return;
    this.broken(error.message);
  }
}

function batchesOf(topics: readonly string[]): string[][] {
  const batches: string[][] = [];
  for (let at = 0; at < topics.length; at += BATCH) batches.push(topics.slice(at, at + BATCH));
  return batches;
}
