// How does the dashboard learn about jobs? Over a Redis connection of its own for each queue. If it fails, the application is not affected.
import type { DashboardQueue } from '../dashboard.options.js';

/** The part of BullMQ's `QueueEvents` that is used here. */
export interface JobEvents {
  readonly opts: { lastEventId?: string };
  /** BullMQ 5. */
  readonly client?: Promise<StreamReader>;
  /** BullMQ 6. */
  getBackend?(): { readonly client: Promise<StreamReader> };
  toKey(type: string): string;
  on(event: string, listener: (details: JobEventDetails) => void): unknown;
  run(): Promise<void>;
  close(): Promise<void>;
}

/** What is used of a Redis client. */
interface StreamReader {
  xrevrange(key: string, end: '+', start: '-', count: 'COUNT', most: 1): Promise<readonly (readonly [id: string])[]>;
}

/** What BullMQ reports about a job. The job's data is not read. */
export interface JobEventDetails {
  readonly jobId?: unknown;
  readonly failedReason?: unknown;
}

type QueueEventsClass = new (name: string, options: object) => JobEvents;

/** Longest pause between two attempts to reach Redis, in milliseconds. */
const LONGEST_PAUSE = 1_000;
/** How long BullMQ blocks while it waits for an event, in milliseconds. Its timer keeps a closing process alive for that long. */
const BLOCK_FOR = 1_000;
/** The id before the first event of a stream. */
const BEGINNING = '0-0';
/** How long `close` waits for Redis, in milliseconds. */
const CLOSE_WITHIN = 500;

/** Null if bullmq is not installed. */
export async function loadQueueEvents(): Promise<QueueEventsClass | null> {
  const bullmq = await import('bullmq').catch(() => null);
  return bullmq && (bullmq.QueueEvents as unknown as QueueEventsClass);
}

/** The connection for the events of one queue. */
export class QueueEventsLink {
  readonly events: JobEvents;
  private closed = false;

  constructor(queueEvents: QueueEventsClass, { name, opts }: DashboardQueue) {
    const connection = this.connectionLike(opts.connection);
    const options = { prefix: opts.prefix, connection, blockingTimeout: BLOCK_FOR, autorun: false };
    this.events = new queueEvents(name, options);
  }

  /**
   * Reads events until it is closed, and calls `ready` once no later event can be missed. BullMQ by itself reads from "now", which begins
   * again with each read until an event has come; so the newest event is found first, and all reads continue from there.
   */
  async read(ready: () => void, failed: (error: object) => void): Promise<void> {
    try {
      await this.findNewest().then(ready, failed);
      if (!this.closed) await this.events.run();
    } catch (error) {
      if (!this.closed) failed(error as object);
    }
  }

  private async findNewest(): Promise<void> {
    const client = await (this.events.client ?? this.events.getBackend!().client);
    const [newest] = await client.xrevrange(this.events.toKey('events'), '+', '-', 'COUNT', 1);
    this.events.opts.lastEventId = newest?.[0] ?? BEGINNING;
  }

  /** Never rejects, and waits at most `CLOSE_WITHIN`. */
  async close(): Promise<void> {
    this.closed = true;
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_WITHIN).unref());
    await Promise.race([this.events.close().catch(() => undefined), timeout]);
  }

  /** A connection of our own with the application's settings. BullMQ would share the application's, which must not stop retrying. */
  private connectionLike(connection: object | undefined): object {
    const options = {
      maxRetriesPerRequest: null,
      retryStrategy: (attempt: number) => (this.closed ? null : Math.min(attempt * 100, LONGEST_PAUSE)),
    };
    const { duplicate } = (connection ?? {}) as { duplicate?: unknown };
    if (typeof duplicate !== 'function') return { ...connection, ...options };
    return (duplicate as (override: object) => object).call(connection, options);
  }
}
