// What is one node of several, when it can be killed? An application with one channel, on the Redis of REDIS_URL, as a process of its own.
// It is plain JavaScript on the built packages. Prints its URL.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { z } from 'zod';

const log = defineRealtimeChannel({
  name: 'logs.{id}',
  scope: 'public',
  payload: z.number(),
  history: { size: 10_000 },
});

class AppModule {}
Module({
  imports: [
    RealtimeModule.forRoot({ broker: new RedisRealtimeBroker({ url: process.env.REDIS_URL }) }),
    RealtimeModule.forFeature([log]),
  ],
})(AppModule);

const app = await NestFactory.create(AppModule, { logger: ['error', 'fatal'] });
await app.listen(0, '127.0.0.1');
console.log(`http://127.0.0.1:${app.getHttpServer().address().port}`);
