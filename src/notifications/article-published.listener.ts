// Which users are notified of a new article? All but its author.
import { CommandBus, EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { ArticlePublished } from '../articles/index.js';
import { committed } from '../database/index.js';
import { UsersService } from '../users/index.js';
import { NotifyUser } from './commands/notify-user.js';

@EventsHandler(ArticlePublished)
export class ArticlePublishedListener implements IEventHandler<ArticlePublished> {
  constructor(
    private readonly users: UsersService,
    private readonly commands: CommandBus,
  ) {}

  // No caller waits for this. The bus logs an error, and the article stays published.
  async handle({ author, article }: ArticlePublished): Promise<void> {
    // The event is published inside the transaction that stores the article.
    if (!(await committed())) return;
    for (const user of await this.users.list()) {
      if (user.id === author.id) continue;
      await this.commands.execute(new NotifyUser(user.id, `${author.name} published “${article.title}”.`));
    }
  }
}
