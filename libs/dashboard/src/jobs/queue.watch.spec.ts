import { describe, expect, it } from '@jest/globals';
import type { DashboardQueue } from '../dashboard.options.js';
import { RowStream } from '../rows/row.stream.js';
import { QueueWatch } from './queue.watch.js';

describe('the counts of a queue', () => {
  it('are numbers that JSON can hold, whatever the queue answers', async () => {
    const answer = { waiting: Number.NaN, active: 'many', completed: Infinity, failed: 2 };
    const asked = Promise.resolve(answer as unknown as Record<string, number>);
    const queue: DashboardQueue = { name: 'mails', opts: {}, getJobCounts: () => asked };
    const watch = new QueueWatch(queue, null, new RowStream());
    watch.ask(0);
    await asked;
    await Promise.resolve();
    expect(watch.row()).toEqual({ name: 'mails', state: 'up', waiting: 0, active: 0, completed: 0, failed: 2 });
  });
});
