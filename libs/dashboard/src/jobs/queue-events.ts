// How does the dashboard hear of jobs? Over a Redis connection of its own for each queue, which harms nobody when it is down.
import type { DashboardQueue } from '../dashboard.options.js';

/** A `QueueEvents` of BullMQ, as far as it is used here. */
export interface JobEvents {
  on(event: string, listener: (details: JobEventDetails) => void): unknown;
  close(): Promise<void>;
}

/** What BullMQ tells of a job; nothing of what it carries is read. */
export interface JobEventDetails {
  readonly jobId?: unknown;
  readonly failedReason?: unknown;
}

type QueueEventsClass = new (name: string, options: object) => JobEvents;

/** Longest time between two attempts to reach Redis, in milliseconds. */
const LONGEST_PAUSE = 1_000;
/** How long BullMQ waits for an event before it asks again, in milliseconds; its timer holds a process that ends meanwhile. */
const ASK_EVERY = 1_000;
/** Longest time that closing waits for Redis, in milliseconds. */
const LONGEST_FAREWELL = 500;

/** Null where bullmq is not installed. */
export async function loadQueueEvents(): Promise<QueueEventsClass | null> {
  const bullmq = await import('bullmq').catch(() => null);
  return bullmq && (bullmq.QueueEvents as unknown as QueueEventsClass);
}

/** One connection to one queue. */
export class QueueEventsLink {
  readonly events: JobEvents;
  private closed = false;

  constructor(queueEvents: QueueEventsClass, { name, opts }: DashboardQueue) {
    const connection = this.connectionLike(opts.connection);
    this.events = new queueEvents(name, { prefix: opts.prefix, connection, blockingTimeout: ASK_EVERY });
  }

  /** Never rejects, and never waits long. */
  async close(): Promise<void> {
    this.closed = true;
    const late = new Promise<void>((resolve) => setTimeout(resolve, LONGEST_FAREWELL).unref());
    await Promise.race([this.events.close().catch(() => undefined), late]);
  }

  /** Of our own, though BullMQ would take the application's: only ours may give up. */
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
