// How are the queues doing? A Redis that is down blocks nothing here.
import { Logger } from '@nestjs/common';
import { quotedForLog } from 'nestjs-realtime';
import type { DashboardQueue } from '../dashboard.options.js';
import type { QueueRow } from '../wire/feed.frames.js';
import { errorText } from '../rows/cut.js';
import type { RowStream } from '../rows/row.stream.js';
import { loadQueueEvents, QueueEventsLink } from './queue-events.js';
import { QueueWatch } from './queue.watch.js';

/** Most queues that are shown. Each one costs a Redis connection. */
const MOST_QUEUES = 32;
/** Shortest time between two requests for the counts, in milliseconds. */
const COUNT_EVERY = 1_000;

export class QueuesPanel {
  private readonly logger = new Logger('RealtimeDashboard');
  private watches: readonly QueueWatch[] = [];
  private askedAt = 0;

  constructor(private readonly stream: RowStream) {}

  async listen(queues: readonly DashboardQueue[]): Promise<void> {
    if (queues.length === 0) return;
    if (queues.length > MOST_QUEUES) {
      const advice = `it shows the first ${MOST_QUEUES}. List the queues to show in the option \`queues\`.`;
      this.logger.warn(`The dashboard found ${queues.length} queues; ${advice}`);
    }
    const queueEvents = await loadQueueEvents();
    this.watches = queues.slice(0, MOST_QUEUES).map((queue) => {
      const link = queueEvents && this.linkTo(queue, queueEvents);
      return new QueueWatch(queue, link, this.stream);
    });
  }

  /** Requests new counts. Call it only while there are viewers. */
  ask(at: number): void {
    if (at >= this.askedAt && at - this.askedAt < COUNT_EVERY) return;
    this.askedAt = at;
    for (const watch of this.watches) watch.ask(at);
  }

  rows(): readonly QueueRow[] {
    return this.watches.map((watch) => watch.row());
  }

  /** Never rejects, and never waits long for Redis. */
  async close(): Promise<void> {
    await Promise.all(this.watches.map((watch) => watch.close()));
  }

  /** Null if the queue's events cannot be read; its counts are shown all the same. */
  private linkTo(
    queue: DashboardQueue,
    queueEvents: NonNullable<Awaited<ReturnType<typeof loadQueueEvents>>>,
  ): QueueEventsLink | null {
    try {
      return new QueueEventsLink(queueEvents, queue);
    } catch (error) {
      const why = quotedForLog(errorText(error));
      this.logger.warn(`The dashboard cannot read job events of queue ${quotedForLog(queue.name)}: ${why}`);
      return null;
    }
  }
}
