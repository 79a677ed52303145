// How does a worker do its jobs? It takes them from the queue, and finishes the one at hand before it ends.
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Worker } from 'bullmq';
import { redisUrl } from '../../cluster.js';
import type { ArticleNotice } from './article-notice.js';
import { ArticleNotices } from './article.notices.js';
import { NOTICES } from './notice.queue.js';

@Injectable()
export class NoticeWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(NoticeWorker.name);
  private worker?: Worker<ArticleNotice>;

  constructor(private readonly notices: ArticleNotices) {}

  onApplicationBootstrap(): void {
    const connection = { url: redisUrl };
    this.worker = new Worker<ArticleNotice>(NOTICES, ({ data }) => this.notices.add(data), { connection });
    this.worker.on('error', (error) => this.logger.warn(`The queue has no Redis: ${error.message}`));
    this.worker.on('failed', (job, error) => this.logger.error(`Job ${job?.id} failed: ${error.message}`));
  }

  async onModuleDestroy(): Promise<void> {
    await this.worker?.close();
  }
}
