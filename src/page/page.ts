// How does the page start? With one client, which it keeps; each part of the page follows its own channel.
import { createRealtimeClient } from '@nestjs-realtime/client';
import { AccountView } from './account-view.js';
import { AdministrationView } from './administration-view.js';
import { ArticlesView } from './articles-view.js';
import type { Channels } from './channels.js';
import { ConnectionView } from './connection-view.js';
import { inBackground } from './http.js';
import { NewsroomView } from './newsroom-view.js';
import { NotificationsView } from './notifications-view.js';
import { PingView } from './ping-view.js';
import { SessionView } from './session-view.js';

// A demo is restarted often and has few readers, so retries need not wait long.
const client = createRealtimeClient<Channels>({ url: location.origin, autoConnect: false, maxRetryDelay: '5s' });
const whoAmI = (): void => inBackground(session.refresh());

const articles = new ArticlesView(client, whoAmI);
const notifications = new NotificationsView(client);
const account = new AccountView(client, whoAmI);
const administration = new AdministrationView(client, whoAmI);
const newsroom = new NewsroomView(client, whoAmI);
const session = new SessionView((user, isOtherUser) => {
  articles.showFor(user);
  administration.showFor(user);
  newsroom.showFor(user);
  // The same user, with other roles: the server has checked their subscriptions again, and the connection stays.
  if (!isOtherUser) return;
  account.showFor(user);
  notifications.showFor(user);
  // The server reads the cookie when the page connects, so another user needs another connection.
  client.disconnect();
  client.connect();
});
new PingView(client);
new ConnectionView(client, session);

// Without an answer, connect with the cookie alone; once connected, the page asks again.
session.refresh().catch(() => client.connect());
