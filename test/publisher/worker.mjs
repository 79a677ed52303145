// What does a process without clients do? It broadcasts, asks, and ends by itself. Plain JavaScript on the built packages.
import 'reflect-metadata';
import { setImmediate } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  IRealtimeConnections,
  IRealtimeHistory,
  RealtimeModule,
} from 'nestjs-realtime';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { z } from 'zod';

// the spec's channels; here with a schema that is slow
const slow = z.number().refine(async () => {
  await setImmediate();
  return true;
});
const log = defineRealtimeChannel({ name: 'logs.{id}', scope: 'public', payload: slow, history: true });
const room = defineRealtimeChannel({ name: 'rooms.{id}', scope: 'public', payload: z.number() });

class AppModule {}
Module({
  imports: [
    RealtimeModule.forRoot({ mode: 'publisher', broker: new RedisRealtimeBroker({ url: process.env.REDIS_URL }) }),
    RealtimeModule.forFeature([log, room]),
  ],
})(AppModule);

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'fatal'] });
const realtime = app.get(IRealtimeBroadcaster);
const target = log.with({ id: '1' });
await realtime.broadcast(target, 1);
const { events } = await app.get(IRealtimeHistory).read(target);
console.log(JSON.stringify(events.map(({ payload }) => payload)));
await realtime.broadcast(room.with({ id: '1' }), 2);
await app.get(IRealtimeConnections).disconnect({ userId: 'bob' });
// nothing waits for these
for (const n of [2, 3, 4]) void realtime.broadcast(target, n);
await app.close();
// does not keep the process alive; prints what does
setTimeout(() => {
  console.log(`still open: ${process.getActiveResourcesInfo().join(' ')}`);
  process.exit(1);
}, 3_000).unref();
