// A Nest 12 ESM application on the packed tarballs, without class-validator: one message in, one event out, by our own client.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createRealtimeClient } from '@nestjs-realtime/client';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
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

@Module({ imports: [RealtimeModule.forRoot()], providers: [OnNote] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
const { port } = app.getHttpServer().address() as { port: number };

const client = createRealtimeClient({ url: `http://127.0.0.1:${port}` });
const channel = client.channel(notes, { noteId: '1' });
const received = new Promise((resolve) => channel.on('message', resolve));
await channel.send('message', { text: 'hello' });
assert.deepEqual(await received, { text: 'hello' });

client.disconnect();
await app.close();
process.exit(0);
