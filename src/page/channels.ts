// Which channels does the page follow? Types only, so neither server code nor a schema gets into the bundle.
import type { ChannelsIn, RealtimeClient } from '@nestjs-realtime/client';
import type { accountChannel, administrationChannel } from '../administration/index.js';
import type { articlesChannel, readersChannel } from '../articles/index.js';
import type { newsroomChannel } from '../newsroom/index.js';
import type { notificationsChannel } from '../notifications/index.js';
import type { pingChannel } from '../realtime-ping/index.js';

/** The contract of the page's client: from here on, the name of a channel says everything about it. */
export interface Channels {
  readonly account: typeof accountChannel;
  readonly administration: typeof administrationChannel;
  readonly articles: typeof articlesChannel;
  readonly newsroom: typeof newsroomChannel;
  readonly notifications: typeof notificationsChannel;
  readonly ping: typeof pingChannel;
  readonly readers: typeof readersChannel;
}

export type PageClient = RealtimeClient<ChannelsIn<Channels>>;
