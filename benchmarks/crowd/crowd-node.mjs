// What does one node do for a crowd? An application on a Redis, with rooms that show who is here, and a feed for all. It is plain JavaScript on
// the built packages. Answers the calls of `crowd.main.ts`.
import 'reflect-metadata';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  defineRealtimeChannel,
  IRealtimeAuthenticator,
  IRealtimeBroadcaster,
  RealtimeChannel,
  RealtimeModule,
} from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { z } from 'zod';
import { answerCalls } from '../dist/harness/process-calls.js';
import { FEED, feedItem, TICK } from '../dist/workload.js';

const [, , redisPort, presence] = process.argv;
const began = performance.now();
const events = { [TICK]: z.object({ seq: z.number(), text: z.string() }) };
const room = defineRealtimeChannel({
  name: 'rooms.{id}',
  scope: 'authenticated',
  events,
  ...(presence === 'presence' && { presence: true }),
});
const feed = defineRealtimeChannel({ name: FEED, scope: 'authenticated', events });

/** Everybody is who they say. */
class Believing extends IRealtimeAuthenticator {
  async authenticate({ auth }) {
    return { userId: auth.userId, roles: [] };
  }
}

class Rooms {}
RealtimeChannel(room)(Rooms);

class AppModule {}
Module({
  imports: [
    RealtimeModule.forRoot({
      authenticator: Believing,
      limits: { pendingAuthentications: 100_000 },
      broker: new RedisRealtimeBroker({ url: `redis://127.0.0.1:${redisPort}` }),
    }),
    RealtimeModule.forFeature([room, feed]),
  ],
  providers: [Rooms],
})(AppModule);

const app = await NestFactory.create(AppModule, { logger: ['error', 'fatal'] });
await app.listen(0, '127.0.0.1');
const bootMs = performance.now() - began;
const broadcaster = app.get(IRealtimeBroadcaster);
const server = app.get(IRealtimeServer);
let marked = process.cpuUsage();

answerCalls({
  started: () => ({ port: app.getHttpServer().address().port, bootMs }),
  mark: () => void (marked = process.cpuUsage()),
  cpu() {
    const { user, system } = process.cpuUsage(marked);
    return user + system;
  },
  connections: () => server.stats().connections,
  async memory() {
    for (let i = 0; i < 4; i++) {
      globalThis.gc();
      await setTimeout(50);
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heapAndExternal: heapUsed + external, rss };
  },
  async broadcast({ first, count }) {
    for (let seq = first; seq < first + count; seq++) await broadcaster.broadcast(feed, TICK, feedItem(seq));
  },
  async drain() {
    const asked = performance.now();
    await app.close();
    return performance.now() - asked;
  },
});
