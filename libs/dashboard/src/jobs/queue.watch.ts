// How is one queue? Rows for its jobs, its counts while somebody looks, and whether its Redis can be reached.
import { Logger } from '@nestjs/common';
import { quotedForLog } from 'nestjs-realtime';
import type { DashboardQueue } from '../dashboard.options.js';
import type { JobRow, QueueRow } from '../wire/feed.frames.js';
import { cutName, cutReason, errorText } from '../rows/cut.js';
import type { RowStream } from '../rows/row.stream.js';
import type { QueueEventsLink } from './queue-events.js';

const JOB_STATES: readonly JobRow['state'][] = ['waiting', 'active', 'completed', 'failed', 'delayed', 'stalled'];
const COUNTED = ['waiting', 'active', 'completed', 'failed'] as const;
type Counts = Readonly<Record<(typeof COUNTED)[number], number>>;

/** Counts that have not come after this many milliseconds will not come soon. */
const PATIENCE = 2_000;

export class QueueWatch {
  private readonly logger = new Logger('RealtimeDashboard');
  private readonly name: string;
  private counts: Counts = { waiting: 0, active: 0, completed: 0, failed: 0 };
  private isDown = false;
  private isDeaf = false;
  private asked: number | null = null;

  constructor(
    private readonly queue: DashboardQueue,
    private readonly link: QueueEventsLink | null,
    private readonly rows: RowStream,
  ) {
    this.name = cutName(queue.name);
    link?.events.on('error', (error) => this.failed(error));
    for (const state of JOB_STATES) {
      link?.events.on(state, ({ jobId, failedReason }) => this.tell(state, jobId, failedReason));
    }
  }

  row(): QueueRow {
    return { name: this.name, state: this.isDown ? 'down' : 'up', ...this.counts };
  }

  /** Asks for the counts, unless the answer to the question before has not come. */
  ask(at: number): void {
    if (this.asked === null) {
      this.asked = at;
      void this.count();
    } else if (at - this.asked > PATIENCE) {
      this.lost('it does not answer');
    }
  }

  async close(): Promise<void> {
    await this.link?.close();
  }

  /** Never rejects. The application's own client asks, and keeps the question while Redis is away. */
  private async count(): Promise<void> {
    try {
      const counts = await this.queue.getJobCounts(...COUNTED);
      this.counts = Object.fromEntries(COUNTED.map((state) => [state, Number(counts[state] ?? 0)])) as Counts;
      this.found();
    } catch (error) {
      this.lost(errorText(error));
    }
    this.asked = null;
  }

  /** An error of the network has a code; anything else, such as a command that is not permitted, does not mean that Redis is away. */
  private failed(error: object): void {
    if ('code' in error) return this.lost(errorText(error));
    if (this.isDeaf) return;
    this.isDeaf = true;
    this.logger.warn(`Jobs of queue ${quotedForLog(this.name)} cannot be heard: ${quotedForLog(errorText(error))}`);
  }

  private tell(state: JobRow['state'], jobId: unknown, failedReason: unknown): void {
    this.found();
    this.rows.add('job', (stamp) => ({
      ...stamp,
      kind: 'job',
      story: null,
      queue: this.name,
      jobId: cutName(String(jobId)),
      state,
      reason: typeof failedReason === 'string' ? cutReason(failedReason) : '',
    }));
  }

  /** One line in the log for each time it goes, and one for each time it comes back. */
  private lost(reason: string): void {
    if (this.isDown) return;
    this.isDown = true;
    this.logger.warn(`Redis of queue ${quotedForLog(this.name)} cannot be reached: ${quotedForLog(reason)}`);
  }

  private found(): void {
    if (!this.isDown) return;
    this.isDown = false;
    this.logger.log(`Redis of queue ${quotedForLog(this.name)} is back`);
  }
}
