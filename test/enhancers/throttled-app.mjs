// Does a global ThrottlerGuard disturb realtime? @nestjs/throttler is CommonJS, which Jest cannot load beside ESM Nest,
// so the application is a process of its own, in plain JavaScript on the built packages. Prints its URL.
import 'reflect-metadata';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { defineRealtimeChannel, RealtimeChannel, RealtimeHandler, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';

const decorate = (type, decorators) => decorators.forEach((decorator) => decorator(type));
const decorateMethod = (type, name, decorator) =>
  decorator(type.prototype, name, Object.getOwnPropertyDescriptor(type.prototype, name));

const messages = { message: { payload: z.string(), reply: z.string() } };

class HttpController {
  get() {
    return 'served';
  }
}
decorateMethod(HttpController, 'get', Get());
decorate(HttpController, [Controller('http')]);

class Passing {
  canActivate() {
    return true;
  }
}

class OnPlain {
  go(text) {
    return text;
  }
}
decorateMethod(OnPlain, 'go', RealtimeHandler());
decorate(OnPlain, [RealtimeChannel(defineRealtimeChannel({ name: 'plain', scope: 'public', messages }))]);

class OnGuarded {
  go(text) {
    return text;
  }
}
decorateMethod(OnGuarded, 'go', RealtimeHandler());
decorate(OnGuarded, [
  UseGuards(Passing),
  RealtimeChannel(defineRealtimeChannel({ name: 'guarded', scope: 'public', messages })),
]);

class AppModule {}
decorate(AppModule, [
  Module({
    imports: [ThrottlerModule.forRoot([{ ttl: 60_000, limit: 2 }]), RealtimeModule.forRoot()],
    controllers: [HttpController],
    providers: [OnPlain, OnGuarded, { provide: APP_GUARD, useClass: ThrottlerGuard }],
  }),
]);

const adapter = process.argv[2] === 'fastify' ? [new FastifyAdapter()] : [];
const app = await NestFactory.create(AppModule, ...adapter, { logger: ['error', 'fatal'] });
await app.listen(0, '127.0.0.1');
console.log(`http://127.0.0.1:${app.getHttpServer().address().port}`);
process.once('SIGTERM', () => void app.close());
