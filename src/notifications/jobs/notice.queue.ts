// How does a job get to a worker? Through a BullMQ queue on the Redis that the processes share.
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Queue } from 'bullmq';
import type { ArticleNotice } from './article-notice.js';
import { NoticeJobs } from './notice-jobs.js';

export const NOTICES = 'article-notices';

@Injectable()
export class NoticeQueue extends NoticeJobs implements OnApplicationShutdown {
  private readonly queue: Queue<ArticleNotice>;

  constructor(url: string) {
    super();
    this.queue = new Queue(NOTICES, { connection: { url } });
    // Without a listener, an outage of Redis would end the process.
    this.queue.on('error', (error) => new Logger(NoticeQueue.name).warn(`The queue has no Redis: ${error.message}`));
  }

  override async add(notice: ArticleNotice): Promise<void> {
    const options = { jobId: notice.articleId, attempts: 5, removeOnComplete: 1_000, removeOnFail: 1_000 };
    await this.queue.add('notify', notice, { ...options, backoff: { type: 'exponential', delay: 500 } });
  }

  onApplicationShutdown(): Promise<void> {
    return this.queue.close();
  }
}
