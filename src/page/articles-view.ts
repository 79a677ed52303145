// What has been published? The list comes over HTTP; later articles arrive on the channel.
import type { PublishedArticle } from '../articles/index.js';
import type { User } from '../users/index.js';
import type { PageClient } from './channels.js';
import { announce, create, find } from './dom.js';
import { onSubmit } from './form.js';
import { get, inBackground, post } from './http.js';
import { ReadersView } from './readers-view.js';

export class ArticlesView {
  private readonly feed = find('feed', HTMLOListElement);
  private readonly empty = find('articles-empty', HTMLParagraphElement);
  private readonly publish = find('publish', HTMLFormElement);
  private readonly note = find('publish-note', HTMLParagraphElement);
  /** By the id of the article. */
  private readonly shown = new Map<string, ReadersView>();
  private user: User | null = null;

  constructor(
    private readonly client: PageClient,
    private readonly whoAmI: () => void,
  ) {
    onSubmit(this.publish, async (draft) => this.show(await post<PublishedArticle>('/articles', draft)));
    const channel = client.channel('articles');
    channel.on('published', (article) => {
      if (this.show(article)) announce(`New article by ${article.author}: ${article.title}`);
    });
    channel.onStatus(({ state }) => {
      if (state === 'subscribed') inBackground(this.catchUp());
    });
  }

  showFor(user: User | null): void {
    this.user = user;
    for (const readers of this.shown.values()) readers.showFor(user);
    const mayPublish = user?.permissions.includes('articles.publish') ?? false;
    this.publish.hidden = !mayPublish;
    this.note.textContent = user && !mayPublish ? `${user.name} is not an editor; only editors publish.` : '';
  }

  /** Fetches articles from before the subscription. It runs once subscribed, so that none is missed. */
  private async catchUp(): Promise<void> {
    const articles = await get<PublishedArticle[]>('/articles');
    for (const article of articles.reverse()) this.show(article, '');
    this.empty.hidden = this.shown.size > 0;
  }

  /** An article may arrive twice: our own as the answer and as the event, others in the list and as the event. */
  private show({ id, title, body, author, publishedAt }: PublishedArticle, className = 'fresh'): boolean {
    if (this.shown.has(id)) return false;
    const time = create(
      'time',
      {},
      new Date(publishedAt).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }),
    );
    time.dateTime = publishedAt;
    const readers = new ReadersView(id, this.client, this.whoAmI);
    readers.showFor(this.user);
    const item = create(
      'li',
      { className, data: { publishedAt } },
      create('h3', {}, title),
      create('small', {}, `${author}, `, time),
      create('p', { className: 'body' }, body),
      readers.element,
    );
    const older = [...this.feed.children].find((other) => (other as HTMLElement).dataset.publishedAt! <= publishedAt);
    this.feed.insertBefore(item, older ?? null);
    this.shown.set(id, readers);
    this.empty.hidden = true;
    return true;
  }
}
