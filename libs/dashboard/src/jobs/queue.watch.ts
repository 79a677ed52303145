// How is one queue doing? Rows for its jobs, its counts while there are viewers, and whether its Redis is reachable.
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

/** A queue that has not answered for this many milliseconds is shown as down. */
const ANSWER_WITHIN = 2_000;

export class QueueWatch {
  private readonly logger = new Logger('RealtimeDashboard');
  private readonly name: string;
  private counts: Counts = { waiting: 0, active: 0, completed: 0, failed: 0 };
  private isDown = false;
  private hasWarned = false;
  private isClosed = false;
  /** Whether job events are read, or never will be. */
  private isReading: boolean;
  private askedAt: number | null = null;

  constructor(
    private readonly queue: DashboardQueue,
    private readonly link: QueueEventsLink | null,
    private readonly rows: RowStream,
  ) {
    this.name = cutName(queue.name);
    this.isReading = link === null;
    link?.events.on('error', (error) => this.linkFailed(error));
    for (const state of JOB_STATES) {
      link?.events.on(state, ({ jobId, failedReason }) => this.addRow(state, jobId, failedReason));
    }
    void link?.read(
      () => (this.isReading = true),
      (error) => this.linkFailed(error),
    );
  }

  /** A queue is up once it answers, and no job from then on is missed. */
  row(): QueueRow {
    return { name: this.name, state: this.isDown || !this.isReading ? 'down' : 'up', ...this.counts };
  }

  /** Asks for the counts, unless an earlier request is still open. */
  ask(at: number): void {
    if (this.askedAt === null) {
      this.askedAt = at;
      void this.count();
    } else if (at - this.askedAt > ANSWER_WITHIN) {
      this.markDown(`no answer within ${ANSWER_WITHIN} ms`);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.link?.close();
  }

  /** Never rejects. It uses the application's own client, which queues the request while Redis is down. */
  private async count(): Promise<void> {
    try {
      const counts = await this.queue.getJobCounts(...COUNTED);
      this.counts = Object.fromEntries(COUNTED.map((state) => [state, countOf(counts[state])])) as Counts;
      this.markUp();
    } catch (error) {
      this.markDown(errorText(error));
    }
    this.askedAt = null;
  }

  /** Network errors have a code. Any other error, such as a command without permission, does not mean that Redis is down. */
  private linkFailed(error: object): void {
    if (this.isClosed) return;
    if ('code' in error) return this.markDown(errorText(error));
    this.isReading = true;
    if (this.hasWarned) return;
    this.hasWarned = true;
    this.logger.warn(
      `The dashboard cannot read job events of queue ${quotedForLog(this.name)}: ${quotedForLog(errorText(error))}`,
    );
  }

  private addRow(state: JobRow['state'], jobId: unknown, failedReason: unknown): void {
    this.markUp();
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

  /** Logs one line when the queue goes down; `markUp` logs one when it is back. */
  private markDown(reason: string): void {
    if (this.isDown) return;
    this.isDown = true;
    this.logger.warn(`Redis of queue ${quotedForLog(this.name)} cannot be reached: ${quotedForLog(reason)}`);
  }

  private markUp(): void {
    if (!this.isDown) return;
    this.isDown = false;
    this.logger.log(`Redis of queue ${quotedForLog(this.name)} is back`);
  }
}

/** JSON holds no NaN, and a frame with one would not be sent. */
function countOf(value: unknown): number {
  const count = Number(value ?? 0);
  return Number.isFinite(count) ? count : 0;
}
