// Do the packed tarballs work in a Nest 12 ESM application without class-validator? One message in, one event out, by our own client;
// a domain event over the bridge; the dashboard's page.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule, EventBus } from '@nestjs/cqrs';
import { createRealtimeClient } from '@nestjs-realtime/client';
import { RealtimeDashboardModule } from '@nestjs-realtime/dashboard';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { forward, RealtimeCqrsModule } from 'nestjs-realtime/cqrs';
import { z } from 'zod';

const Note = z.object({ text: z.string() });
const notes = defineRealtimeChannel({ name: 'notes.{noteId}', scope: 'public', payload: Note, message: Note });

@RealtimeChannel(notes)
class OnNote {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}

  @RealtimeHandler()
  async handle(note: { text: string }): Promise<void> {
    await this.realtime.broadcast(notes.with({ noteId: '1' }), 'message', note);
  }
}

class NoteWritten {
  constructor(
    readonly noteId: string,
    readonly text: string,
    readonly author: string,
  ) {}
}

@Module({
  imports: [
    CqrsModule.forRoot(),
    RealtimeModule.forRoot(),
    RealtimeCqrsModule.forRoot({
      allowlist: [
        forward(NoteWritten).to(notes, 'message', ({ noteId, text }) => ({ params: { noteId }, payload: { text } })),
      ],
    }),
    RealtimeDashboardModule.forRoot(),
  ],
  providers: [OnNote],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
const { port } = app.getHttpServer().address() as { port: number };

const client = createRealtimeClient({ url: `http://127.0.0.1:${port}` });
const channel = client.channel(notes, { noteId: '1' });
const received = new Promise((resolve) => channel.on('message', resolve));
await channel.send('message', { text: 'hello' });
assert.deepEqual(await received, { text: 'hello' });

const bridged = new Promise((resolve) => channel.on('message', resolve));
app.get(EventBus).publish(new NoteWritten('1', 'from the bus', 'ann'));
assert.deepEqual(await bridged, { text: 'from the bus' });

const page = await fetch(`http://127.0.0.1:${port}/realtime-dashboard`);
assert.equal(page.status, 200);
const [script] = /\/realtime-dashboard\/assets\/[\w.-]+\.js/.exec(await page.text()) ?? [''];
assert.equal((await fetch(`http://127.0.0.1:${port}${script}`)).status, 200);

client.disconnect();
await app.close();
process.exit(0);
