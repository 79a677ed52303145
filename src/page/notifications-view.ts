// What is meant for this user alone? The channel's name holds his id, and the server admits nobody else to it.
import type { RealtimeClient } from '@nestjs-realtime/client';
import type { Notification, notificationsChannel } from '../notifications/index.js';
import type { User } from '../users/index.js';
import { announce, create, find, timeOf } from './dom.js';
import { onSubmit } from './form.js';
import { get, post } from './http.js';

export class NotificationsView {
  private readonly panel = find('notifications', HTMLDivElement);
  private readonly note = find('notifications-note', HTMLParagraphElement);
  private readonly list = find('notices', HTMLOListElement);
  private readonly badge = find('unread', HTMLSpanElement);
  private readonly markRead = find('mark-read', HTMLButtonElement);
  private readonly form = find('send-note', HTMLFormElement);
  private user: User | null = null;
  private notifications: Notification[] = [];

  constructor() {
    this.markRead.addEventListener('click', () => void post('/notifications/read'));
    onSubmit(this.form, (note) => post('/notifications', note));
  }

  follow(client: RealtimeClient, user: User | null): void {
    this.user = user;
    this.panel.hidden = !user;
    this.note.hidden = user !== null;
    this.show([]);
    if (!user) return;
    const channel = client.channel<typeof notificationsChannel>('notifications.user.{userId}', { userId: user.id });
    channel.on('arrived', (notification) => {
      this.show([notification, ...this.notifications]);
      announce(notification.text);
    });
    channel.on('read', ({ at }) => {
      this.show(this.notifications.map((each) => ({ ...each, read: each.read || each.sentAt <= at })));
    });
  }

  /** Fetches what arrived while nobody listened. */
  async catchUp(): Promise<void> {
    const user = this.user;
    if (!user) return;
    const [notifications, recipients] = await Promise.all([
      get<Notification[]>('/notifications'),
      get<{ id: string; name: string }[]>('/notifications/recipients'),
    ]);
    // Somebody else may have logged in while we waited.
    if (user !== this.user) return;
    this.show([...this.notifications, ...notifications]);
    this.form.querySelector('select')?.replaceChildren(...recipients.map(({ id, name }) => new Option(name, id)));
  }

  private show(notifications: readonly Notification[]): void {
    const unique = new Map(notifications.map((notification) => [notification.id, notification]));
    this.notifications = [...unique.values()].sort((a, b) => b.sentAt.localeCompare(a.sentAt));
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
