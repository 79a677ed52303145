// What is one node of several, whose CPU time is read? An application on the Redis of REDIS_URL, as a process of its own. It is plain
// JavaScript on the built packages, so that tests and benchmarks start the same. Sends its port, then answers each question with its CPU time.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { defineRealtimeChannel, RealtimeChannel, RealtimeHandler, RealtimeModule } from 'nestjs-realtime';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { z } from 'zod';

const item = z.object({ seq: z.number(), text: z.string() });
const shape = { scope: 'public', events: { tick: item }, messages: { say: item, note: item } };
const plain = defineRealtimeChannel({ name: 'plain.{id}', ...shape });
const kept = defineRealtimeChannel({ name: 'kept.{id}', ...shape, history: { size: 1_000, ttl: '5m' } });

/** The limits are counted, as in every application, and never reached. */
const UNTHROTTLED = { messagesPerSecond: 1_000_000, messageBurst: 1_000_000, packetsPerSecond: 10_000_000 };

function handlersOf(channel) {
  class Handlers {
    /** Passes on what it gets. */
    async say(said, context) {
      await context.broadcast('tick', said);
    }
    async note() {}
  }
  for (const message of ['say', 'note']) {
    const method = Object.getOwnPropertyDescriptor(Handlers.prototype, message);
    RealtimeHandler(message)(Handlers.prototype, message, method);
  }
  RealtimeChannel(channel)(Handlers);
  return Handlers;
}

class AppModule {}
Module({
  imports: [
    RealtimeModule.forRoot({
      cookies: false,
      limits: UNTHROTTLED,
      broker: new RedisRealtimeBroker({ url: process.env.REDIS_URL }),
    }),
    RealtimeModule.forFeature([plain, kept]),
  ],
  providers: [handlersOf(plain), handlersOf(kept)],
})(AppModule);

const app = await NestFactory.create(AppModule, { logger: ['error', 'fatal'] });
await app.listen(0, '127.0.0.1');
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send(user + system);
});
process.on('disconnect', () => process.exit(0));
process.send(app.getHttpServer().address().port);
