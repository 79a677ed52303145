// Who notifies users of a new article? This process, or a worker that takes the job from a queue.
import type { ArticleNotice } from './article-notice.js';

export abstract class NoticeJobs {
  /** Resolves once the job is done, or will be. */
  abstract add(notice: ArticleNotice): Promise<void>;
}
