// A Nest 11 CommonJS application on the packed tarballs, with class-validator: one message in, one event out, by a plain client.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsString } from 'class-validator';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { io } from 'socket.io-client';

class Note {
  @IsString()
  readonly text: string;
}

const notes = defineRealtimeChannel({ name: 'notes.{noteId}', scope: 'public', payload: Note, message: Note });

@RealtimeChannel(notes)
class OnNote {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}

  @RealtimeHandler()
  async handle(note: Note): Promise<void> {
    await this.realtime.broadcast(notes.with({ noteId: '1' }), 'message', note);
  }
}

@Module({ imports: [RealtimeModule.forRoot()], providers: [OnNote] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };

  const socket = io(`http://127.0.0.1:${port}`, { path: '/realtime', transports: ['websocket'] });
  const received = new Promise((resolve) => socket.on('rt:event', (...event) => resolve(event)));
  const subscribed = await socket.emitWithAck('rt:subscribe', { channel: 'notes.1' });
  assert.deepEqual(subscribed, { ok: true, channel: 'notes.1' });
  assert.deepEqual(await socket.emitWithAck('rt:message', { channel: 'notes.1', payload: { text: 'hello' } }), {
    ok: true,
  });
  assert.deepEqual(await received, ['notes.1', 'message', { text: 'hello' }]);
  const refused = await socket.emitWithAck('rt:message', { channel: 'notes.1', payload: { text: 1 } });
  assert.equal(refused.error.code, 'INVALID_PAYLOAD');

  socket.close();
  await app.close();
  process.exit(0);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
