// Peer 3: what does this module cost? Public channels on Express; the same DTO and guard as the Nest gateway.
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { StandardSchema } from '@nestjs-realtime/contract';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  IRealtimeServer,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { FEED, feedItem, type NoteBody, NOTES, TICK } from '../workload.js';
import { ConnectedGuard } from './connected.guard.js';
import { FeedItemDto } from './feed-item.dto.js';
import { NoteDto } from './note.dto.js';
import type { Peer } from './peer.js';
import { tally } from './tally.js';

/** A schema that looks at nothing, for the bare handler. */
const anyNote: StandardSchema<NoteBody> = {
  '~standard': { version: 1, vendor: 'benchmark', validate: (value) => ({ value: value as NoteBody }) },
};

const feedChannel = defineRealtimeChannel({ name: FEED, scope: 'public', events: { [TICK]: FeedItemDto } });
const notesChannel = defineRealtimeChannel({
  name: NOTES,
  scope: 'public',
  events: {},
  messages: { plain: anyNote, checked: NoteDto },
});

/** The rate limit is counted, as in every application, and never reached. */
const UNTHROTTLED = { messagesPerSecond: 1_000_000, messageBurst: 1_000_000 };

@RealtimeChannel(notesChannel)
class OnNote {
  @RealtimeHandler('plain')
  async plain(note: NoteBody): Promise<void> {
    tally.add(note.seq);
  }

  @UseGuards(ConnectedGuard)
  @RealtimeHandler('checked')
  async checked(note: NoteDto): Promise<void> {
    tally.add(note.seq);
  }
}

@Module({
  imports: [RealtimeModule.forRoot({ limits: UNTHROTTLED }), RealtimeModule.forFeature([feedChannel])],
  providers: [OnNote],
})
class NotesModule {}

export async function startPeer(): Promise<Peer> {
  const app = await NestFactory.create(NotesModule, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const broadcaster = app.get(IRealtimeBroadcaster);
  const server = app.get(IRealtimeServer);
  return {
    port: (app.getHttpServer().address() as AddressInfo).port,
    path: '/realtime',
    dialect: 'realtime',
    broadcast: (seq) => broadcaster.broadcast(feedChannel, TICK, feedItem(seq)),
    connectionCount: () => server.stats().connections,
  };
}
