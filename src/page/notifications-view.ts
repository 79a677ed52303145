// What is meant for this user alone? The server subscribes each user to the channel of that user, and admits no other.
import type { Notification } from '../notifications/index.js';
import type { User } from '../users/index.js';
import type { PageClient } from './channels.js';
import { announce, create, find, timeOf } from './dom.js';
import { onSubmit } from './form.js';
import { get, inBackground, post } from './http.js';

export class NotificationsView {
  private readonly panel = find('notifications', HTMLDivElement);
  private readonly note = find('notifications-note', HTMLParagraphElement);
  private readonly list = find('notices', HTMLOListElement);
  private readonly badge = find('unread', HTMLSpanElement);
  private readonly markRead = find('mark-read', HTMLButtonElement);
  private readonly form = find('send-note', HTMLFormElement);
  private readonly to = find('note-to', HTMLSelectElement);
  private readonly channelName = find('notifications-channel', HTMLElement);
  private channel?: { unsubscribe(): void };
  private notifications: Notification[] = [];

  constructor(private readonly client: PageClient) {
    this.markRead.addEventListener('click', () => inBackground(post('/notifications/read')));
    onSubmit(this.form, (note) => post('/notifications', note));
  }

  showFor(user: User | null): void {
    this.channel?.unsubscribe();
    this.channel = undefined;
    this.panel.hidden = !user;
    this.note.hidden = user !== null;
    this.channelName.textContent = 'notifications.user.{userId}';
    this.notifications = [];
    this.render();
    if (user) this.follow();
  }

  /** The server subscribes each user to their own channel, and says its name. */
  private follow(): void {
    const channel = this.client.channel('notifications.user.{userId}');
    this.channel = channel;
    channel.on('arrived', (notification) => {
      this.add([notification]);
      announce(notification.text);
    });
    channel.on('read', ({ at }) => {
      this.notifications = this.notifications.map((each) => ({ ...each, read: each.read || each.sentAt <= at }));
      this.render();
    });
    channel.onStatus(({ state }) => {
      if (state !== 'subscribed') return;
      this.channelName.textContent = channel.name;
      inBackground(this.catchUp(channel));
    });
  }

  /** Fetches notifications from before the subscription. It runs once subscribed, so that none is missed. */
  private async catchUp(channel: object): Promise<void> {
    const [notifications, recipients] = await Promise.all([
      get<Notification[]>('/notifications'),
      get<{ id: string; name: string }[]>('/notifications/recipients'),
    ]);
    // Another user may have logged in meanwhile.
    if (channel !== this.channel) return;
    this.add(notifications);
    const chosen = this.to.value;
    this.to.replaceChildren(...recipients.map(({ id, name }) => new Option(name, id, false, id === chosen)));
  }

  private add(notifications: readonly Notification[]): void {
    const unique = new Map([...this.notifications, ...notifications].map((each) => [each.id, each]));
    this.notifications = [...unique.values()].sort((a, b) => b.sentAt.localeCompare(a.sentAt));
    this.render();
  }

  private render(): void {
    this.list.replaceChildren(
      ...this.notifications.map(({ text, sentAt, read }) =>
        create('li', { data: { read: String(read) } }, text, create('small', {}, timeOf(sentAt))),
      ),
    );
    const unread = this.notifications.filter(({ read }) => !read).length;
    this.badge.hidden = this.markRead.hidden = unread === 0;
    this.badge.textContent = `${unread} new`;
  }
}
