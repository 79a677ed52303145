// What do the queues do? Nothing here waits for a Redis that is down.
import { Logger } from '@nestjs/common';
import { quotedForLog } from 'nestjs-realtime';
import type { DashboardQueue } from '../dashboard.options.js';
import type { QueueRow } from '../wire/feed.frames.js';
import { errorText } from '../rows/cut.js';
import type { RowStream } from '../rows/row.stream.js';
import { loadQueueEvents, QueueEventsLink } from './queue-events.js';
import { QueueWatch } from './queue.watch.js';

/** Queues that are shown: each holds a Redis connection. */
const MOST_QUEUES = 32;
/** Counts are asked for at most once in this many milliseconds. */
const COUNT_EVERY = 1_000;

export class QueuesPanel {
  private readonly logger = new Logger('RealtimeDashboard');
  private watches: readonly QueueWatch[] = [];
  private askedAt = 0;

  constructor(private readonly stream: RowStream) {}

  async listen(queues: readonly DashboardQueue[]): Promise<void> {
    if (queues.length === 0) return;
    if (queues.length > MOST_QUEUES) {
      const advice = `shows the first ${MOST_QUEUES}; name those you want to see in the option queues.`;
      this.logger.warn(`The dashboard finds ${queues.length} queues and ${advice}`);
    }
    const queueEvents = await loadQueueEvents();
    this.watches = queues.slice(0, MOST_QUEUES).map((queue) => {
      const link = queueEvents && this.linkTo(queue, queueEvents);
      return new QueueWatch(queue, link, this.stream);
    });
  }

  /** Call it while somebody looks. */
  ask(at: number): void {
    if (at >= this.askedAt && at - this.askedAt < COUNT_EVERY) return;
    this.askedAt = at;
    for (const watch of this.watches) watch.ask(at);
  }

  rows(): readonly QueueRow[] {
    return this.watches.map((watch) => watch.row());
  }

  /** Never rejects, and never waits long. */
  async close(): Promise<void> {
    await Promise.all(this.watches.map((watch) => watch.close()));
  }

  /** A queue that cannot be listened to still has its counts. */
  private linkTo(
    queue: DashboardQueue,
    queueEvents: NonNullable<Awaited<ReturnType<typeof loadQueueEvents>>>,
  ): QueueEventsLink | null {
    try {
      return new QueueEventsLink(queueEvents, queue);
    } catch (error) {
      const why = quotedForLog(errorText(error));
      this.logger.warn(`The dashboard cannot hear of the jobs of queue ${quotedForLog(queue.name)}: ${why}`);
      return null;
    }
  }
}
