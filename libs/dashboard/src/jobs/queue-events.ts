// How does the dashboard learn about jobs? Over a Redis connection of its own for each queue. If it fails, the application is not affected.
import type { DashboardQueue } from '../dashboard.options.js';

/** The part of BullMQ's `QueueEvents` that is used here. */
export interface JobEvents {
  on(event: string, listener: (details: JobEventDetails) => void): unknown;
  close(): Promise<void>;
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
    this.events = new queueEvents(name, { prefix: opts.prefix, connection, blockingTimeout: BLOCK_FOR });
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
