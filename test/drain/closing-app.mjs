// Can an application end that has everything to hold it open: credentials that end, leases, a dependency that hangs?
// It runs as a process of its own, in plain JavaScript on the built packages. `hooks` leaves SIGTERM to Nest, `bare` only closes the application. Prints its URL.
import 'reflect-metadata';
import { setTimeout } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  defineRealtimeChannel,
  IRealtimeAuthenticator,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';

const workChannel = defineRealtimeChannel({
  name: 'work',
  scope: 'authenticated',
  messages: { slow: { payload: z.number(), reply: z.string() } },
});

class OnWork {
  async slow(milliseconds) {
    await setTimeout(milliseconds);
    return 'finished';
  }
}
const slow = Object.getOwnPropertyDescriptor(OnWork.prototype, 'slow');
RealtimeHandler('slow')(OnWork.prototype, 'slow', slow);
RealtimeChannel(workChannel)(OnWork);

/** Credentials of an hour that the authenticator never confirms. */
class HangingAuthenticator extends IRealtimeAuthenticator {
  async authenticate() {
    return { userId: 'ann', roles: [], expiresAt: new Date(Date.now() + 3_600_000) };
  }

  refresh() {
    console.log('refreshing');
    return new Promise(() => {});
  }
}

class AppModule {}
Module({
  imports: [RealtimeModule.forRoot({ authenticator: HangingAuthenticator, lease: 20_000 })],
  providers: [OnWork],
})(AppModule);

const app = await NestFactory.create(AppModule, { logger: ['error', 'fatal'] });
if (process.argv[2] === 'hooks') app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
else process.once('SIGTERM', () => void app.close());
await app.listen(0, '127.0.0.1');
console.log(`http://127.0.0.1:${app.getHttpServer().address().port}`);
