// Who reads this article right now, and who is typing? A user is a reader while a page of theirs has this part open.
import type { ChannelHandle } from '@nestjs-realtime/client';
import type { EventOutput } from '@nestjs-realtime/contract';
import type { readersChannel } from '../articles/index.js';
import type { User } from '../users/index.js';
import type { PageClient } from './channels.js';
import { announce, create, find, part } from './dom.js';
import { onSubmit } from './form.js';
import { GuardedChannel } from './guarded-channel.js';
import { TypingLine } from './typing-line.js';

type Readers = typeof readersChannel;

const SHOWN = 8;
/** How often this page tells that its user goes on typing, in milliseconds. */
const TYPING_EVERY = 2_000;

export class ReadersView {
  readonly element: HTMLDetailsElement;
  private readonly note: HTMLParagraphElement;
  private readonly together: HTMLDivElement;
  private readonly here: HTMLUListElement;
  private readonly comments: HTMLOListElement;
  private readonly typing: TypingLine;
  private readonly guarded: GuardedChannel<Readers>;
  private channel?: ChannelHandle<Readers>;
  private user: User | null = null;
  private toldAt = -TYPING_EVERY;

  constructor(articleId: string, client: PageClient, whoAmI: () => void) {
    const copy = find('readers', HTMLTemplateElement).content.cloneNode(true) as DocumentFragment;
    this.element = part(copy, '.readers', HTMLDetailsElement);
    this.note = part(copy, '.note', HTMLParagraphElement);
    this.together = part(copy, '.together', HTMLDivElement);
    this.here = part(copy, '.here', HTMLUListElement);
    this.comments = part(copy, '.comments', HTMLOListElement);
    this.typing = new TypingLine(part(copy, '.typing', HTMLParagraphElement));
    this.guarded = new GuardedChannel(
      () => client.channel('articles.{articleId}.readers', { articleId }),
      this,
      whoAmI,
    );
    this.element.addEventListener('toggle', () => this.showFor(this.user));
    const form = part(copy, '.comment', HTMLFormElement);
    form.addEventListener('input', () => this.tellThatWeType());
    onSubmit(form, async ({ text }) => {
      await this.channel?.send('comment', { text });
      this.toldAt = -TYPING_EVERY;
    });
  }

  showFor(user: User | null): void {
    this.user = user;
    this.guarded.showFor(user, user !== null && this.element.open);
  }

  opened(channel: ChannelHandle<Readers>): void {
    this.channel = channel;
    this.together.hidden = false;
    this.note.textContent = '';
    channel.presence.onMembers((members) => {
      const names = members.map(({ userId, data }) => (userId === this.user?.id ? `${data.name} (you)` : data.name));
      this.here.replaceChildren(...names.map((name) => create('li', {}, name)));
      this.typing.rename(new Map(members.map(({ userId, data }) => [userId, data.name])));
      announce(`Reading now: ${names.join(', ')}`);
    });
    channel.on('typing', ({ userId }) => this.typing.heard(userId ?? ''));
    channel.on('commented', (comment) => this.add(comment));
  }

  closed(code?: string): void {
    this.channel = undefined;
    this.together.hidden = true;
    this.here.replaceChildren();
    this.comments.replaceChildren();
    this.typing.rename(new Map());
    this.note.textContent = code
      ? `The server has closed this channel to you (${code}).`
      : 'Log in to see who reads this article, and to be seen.';
  }

  /** Not with each key: the others take it to last for a while. A whisper that comes too late is worth nothing. */
  private tellThatWeType(): void {
    if (performance.now() - this.toldAt < TYPING_EVERY) return;
    this.toldAt = performance.now();
    void this.channel?.trySend('typing', undefined, { timeout: TYPING_EVERY });
  }

  private add({ userId, from, text }: EventOutput<Readers, 'commented'>): void {
    this.typing.ended(userId);
    this.comments.append(create('li', {}, create('strong', {}, from), ` ${text}`));
    while (this.comments.children.length > SHOWN) this.comments.firstElementChild?.remove();
  }
}
