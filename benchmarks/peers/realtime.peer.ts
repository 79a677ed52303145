// Peer 3: what does this module cost? Public channels on Express; the same DTO, schema, guard and pipe as the Nest gateway.
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { type DynamicModule, type INestApplication, Module, type Type, UseGuards, UsePipes } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { StandardSchema } from '@nestjs-realtime/contract';
import {
  defineRealtimeChannel,
  type IRealtimeAuthenticator,
  IRealtimeBroadcaster,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { type IRealtimeBroker, IRealtimeServer } from 'nestjs-realtime/adapters';
import { io } from 'socket.io-client';
import { ROOM, roomName, type RoomPlan } from '../room-plan.js';
import { CHAT, FEED, feedItem, type NoteBody, NOTES, SAY, TICK } from '../workload.js';
import { ConnectedGuard } from './connected.guard.js';
import { FeedItemDto } from './feed-item.dto.js';
import { NoteDto } from './note.dto.js';
import { noteSchema } from './note.schema.js';
import type { Peer } from './peer.js';
import { tally } from './tally.js';
import { TrimTextPipe } from './trim-text.pipe.js';

/** A schema that accepts anything, for the bare handler. */
const anyNote: StandardSchema<NoteBody> = {
  '~standard': { version: 1, vendor: 'benchmark', validate: (value) => ({ value: value as NoteBody }) },
};

const feedChannel = defineRealtimeChannel({ name: FEED, scope: 'public', events: { [TICK]: FeedItemDto } });
/** The feed, with history. */
const loggedFeedChannel = defineRealtimeChannel({
  name: FEED,
  scope: 'public',
  events: { [TICK]: FeedItemDto },
  history: { size: 1_000, ttl: '5m' },
});
const roomChannel = defineRealtimeChannel({
  name: `${ROOM}.{roomId}`,
  scope: 'public',
  events: { [TICK]: FeedItemDto },
});
const chatChannel = defineRealtimeChannel({
  name: CHAT,
  scope: 'public',
  events: { [TICK]: FeedItemDto },
  messages: { [SAY]: anyNote },
});
const notesChannel = defineRealtimeChannel({
  name: NOTES,
  scope: 'public',
  events: {},
  messages: { plain: anyNote, dto: NoteDto, checked: NoteDto, piped: NoteDto, schema: noteSchema },
});

/** The limits are counted, as in every application, and never reached. */
const UNTHROTTLED = {
  messagesPerSecond: 1_000_000,
  messageBurst: 1_000_000,
  packetsPerSecond: 10_000_000,
  subscriptionsPerConnection: 10_000,
  pendingAuthentications: 100_000,
};

@RealtimeChannel(notesChannel)
class OnNote {
  @RealtimeHandler('plain')
  async plain(note: NoteBody): Promise<void> {
    tally.add(note.seq);
  }

  @RealtimeHandler('dto')
  async dto(note: NoteDto): Promise<void> {
    tally.add(note.seq);
  }

  @UseGuards(ConnectedGuard)
  @RealtimeHandler('checked')
  async checked(note: NoteDto): Promise<void> {
    tally.add(note.seq);
  }

  @UseGuards(ConnectedGuard)
  @UsePipes(TrimTextPipe)
  @RealtimeHandler('piped')
  async piped(note: NoteDto): Promise<void> {
    tally.add(note.seq);
  }

  @UseGuards(ConnectedGuard)
  @UsePipes(TrimTextPipe)
  @RealtimeHandler('schema')
  async schema(note: NoteBody): Promise<void> {
    tally.add(note.seq);
  }
}

@RealtimeChannel(chatChannel)
class OnSay {
  @RealtimeHandler(SAY)
  async handle(note: NoteBody, ctx: RealtimeContext<typeof chatChannel>): Promise<void> {
    tally.add(note.seq);
    await ctx.broadcast(TICK, feedItem(note.seq));
  }
}

@Module({})
class NotesModule {
  static with({ authenticator, broker, hasHistory = false, imports = [] }: PeerExtras): DynamicModule {
    const realtime = RealtimeModule.forRoot({ limits: UNTHROTTLED, authenticator, ...(broker && { broker }) });
    const feed = hasHistory ? loggedFeedChannel : feedChannel;
    return {
      module: NotesModule,
      imports: [realtime, RealtimeModule.forFeature([feed, roomChannel]), ...imports],
      providers: [OnNote, OnSay],
    };
  }
}

/** What a variant of this peer adds. */
export interface PeerExtras {
  readonly authenticator?: Type<IRealtimeAuthenticator>;
  readonly imports?: DynamicModule[];
  readonly broker?: IRealtimeBroker;
  /** Whether the feed keeps its events. */
  readonly hasHistory?: boolean;
  /** Rooms that an item for the feed goes to instead, in one broadcast that leaves out one connection. */
  readonly list?: RoomPlan;
}

export function startPeer(): Promise<Peer> {
  return startRealtimePeer({});
}

export async function startRealtimePeer(extras: PeerExtras): Promise<Peer> {
  const app = await NestFactory.create(NotesModule.with(extras), { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const broadcaster = app.get(IRealtimeBroadcaster);
  const server = app.get(IRealtimeServer);
  return {
    port: (app.getHttpServer().address() as AddressInfo).port,
    path: '/realtime/',
    dialect: 'realtime',
    broadcast: await feedBroadcast(app, extras),
    broadcastToRoom: (room, item) => broadcaster.broadcast(roomChannel.with({ roomId: String(room) }), TICK, item),
    connectionCount: () => server.stats().connections,
  };
}

async function feedBroadcast(app: INestApplication, { list, hasHistory }: PeerExtras): Promise<Peer['broadcast']> {
  if (list) return listBroadcast(app, list);
  const broadcaster = app.get(IRealtimeBroadcaster);
  return hasHistory
    ? (item) => broadcaster.broadcast(loggedFeedChannel, TICK, item)
    : (item) => broadcaster.broadcast(feedChannel, TICK, item);
}

/** Connects the client that is left out, which is in every room. */
async function listBroadcast(app: INestApplication, { rooms }: RoomPlan): Promise<Peer['broadcast']> {
  const channels = Array.from({ length: rooms }, (_, room) => roomChannel.with({ roomId: String(room) }));
  const { port } = app.getHttpServer().address() as AddressInfo;
  const client = io(`http://127.0.0.1:${port}`, { path: '/realtime', transports: ['websocket'], forceNew: true });
  const { connectionId } = await new Promise<{ connectionId: string }>((resolve) => client.once('rt:welcome', resolve));
  const names = Array.from({ length: rooms }, (_, room) => ({ channel: roomName(room) }));
  for (let i = 0; i < rooms; i += 100) await client.emitWithAck('rt:subscribe', names.slice(i, i + 100));
  client.on('rt:event', () => {
    throw new Error('The client that is left out got an event.');
  });
  const broadcaster = app.get(IRealtimeBroadcaster);
  return (item) => broadcaster.broadcast(channels, TICK, item, { except: { connectionId } });
}
