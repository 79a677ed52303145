// Does a process end by itself that boots, serves and closes an application? Plain JavaScript on the built packages.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { io } from 'socket.io-client';
import { z } from 'zod';

const workChannel = defineRealtimeChannel({ name: 'work', scope: 'public', payload: z.number(), message: z.unknown() });

class OnWork {
  handle(payload) {
    return payload === 'never' ? new Promise(() => {}) : payload;
  }
}
RealtimeHandler()(OnWork.prototype, 'handle', Object.getOwnPropertyDescriptor(OnWork.prototype, 'handle'));
RealtimeChannel(workChannel)(OnWork);

class AppModule {}
Module({ imports: [RealtimeModule.forRoot({ requestTimeout: 300 })], providers: [OnWork] })(AppModule);

const adapter = process.argv[2] === 'fastify' ? [new FastifyAdapter()] : [];
const app = await NestFactory.create(AppModule, ...adapter, { logger: ['error', 'fatal'] });
await app.listen(0, '127.0.0.1');
const url = `http://127.0.0.1:${app.getHttpServer().address().port}`;
const sockets = [1, 2, 3].map(() =>
  io(url, { path: '/realtime', transports: ['websocket'], forceNew: true, reconnection: false }),
);
for (const socket of sockets) {
  const event = new Promise((resolve) => socket.once('rt:event', resolve));
  await socket.emitWithAck('rt:subscribe', { channel: 'work' });
  await socket.emitWithAck('rt:message', { channel: 'work', payload: 1 });
  await app.get(IRealtimeBroadcaster).broadcast(workChannel, 1);
  await event;
}
// a message under way, and one that waits behind it
sockets[0].emit('rt:message', { channel: 'work', payload: 'never' });
sockets[0].emit('rt:message', { channel: 'work', payload: 'waits' });
await sockets[0].emitWithAck('rt:unsubscribe', { channel: 'elsewhere' });
const ended = sockets.map((socket) => new Promise((resolve) => socket.once('disconnect', resolve)));
await app.close();
await Promise.all(ended);
console.log('closed');
// does not keep the process alive; prints what does
setTimeout(() => {
  console.log(`still open: ${process.getActiveResourcesInfo().join(' ')}`);
  process.exit(1);
}, 3_000).unref();
