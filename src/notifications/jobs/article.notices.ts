// Which users are notified of a new article? All but its author.
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { UsersService } from '../../users/index.js';
import { NotifyUser } from '../commands/notify-user.js';
import type { ArticleNotice } from './article-notice.js';
import { NoticeJobs } from './notice-jobs.js';

/** Notifies in this process. */
@Injectable()
export class ArticleNotices extends NoticeJobs {
  constructor(
    private readonly users: UsersService,
    private readonly commands: CommandBus,
  ) {
    super();
  }

  /** May be repeated: a user who has the notification already gets no other one. */
  override async add({ articleId, title, authorId, author }: ArticleNotice): Promise<void> {
    for (const user of await this.users.list()) {
      if (user.id === authorId) continue;
      const id = idFor(articleId, user.id);
      await this.commands.execute(new NotifyUser(user.id, `${author} published “${title}”.`, id));
    }
  }
}

/** The same for each repetition of a job. */
function idFor(articleId: string, userId: string): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([articleId, userId]))
    .digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
