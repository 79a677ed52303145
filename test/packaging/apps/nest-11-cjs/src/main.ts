// Do the packed tarballs work in a Nest 11 CommonJS application with class-validator? One message in, one event out, by a plain client,
// past a guard of ours and one for HTTP; the dashboard's page.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { type CanActivate, type ExecutionContext, Injectable, Module, UseGuards } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { RealtimeDashboardModule } from '@nestjs-realtime/dashboard';
import { IsString } from 'class-validator';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeContext,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { io } from 'socket.io-client';

class Note {
  @IsString()
  readonly text: string;
}

const notes = defineRealtimeChannel({ name: 'notes.{noteId}', scope: 'public', payload: Note, message: Note });

/** Like guards written for HTTP: it cannot run on anything else. */
@Injectable()
class HttpOnlyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getResponse<{ header(name: string, value: string): void }>().header('x-seen', 'yes');
    return true;
  }
}

@Injectable()
class NoteExistsGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return RealtimeExecutionContext.create(context).getParams().noteId === '1';
  }
}

@RealtimeChannel(notes)
@UseGuards(NoteExistsGuard)
class OnNote {
  @RealtimeHandler()
  async handle(note: Note, ctx: RealtimeContext<typeof notes>): Promise<void> {
    assert.ok(note instanceof Note);
    await ctx.broadcast('message', note);
  }
}

@Module({
  imports: [RealtimeModule.forRoot({ doctor: { silence: ['GLOBAL_GUARDS'] } }), RealtimeDashboardModule.forRoot()],
  providers: [OnNote, { provide: APP_GUARD, useClass: HttpOnlyGuard }],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };

  const socket = io(`http://127.0.0.1:${port}`, { path: '/realtime', transports: ['websocket'] });
  const received = new Promise((resolve) => socket.on('rt:event', (...event) => resolve(event)));
  const subscribed = await socket.emitWithAck('rt:subscribe', { channel: 'notes.1' });
  assert.deepEqual(subscribed, { ok: true, channel: 'notes.1' });
  const closed = await socket.emitWithAck('rt:subscribe', { channel: 'notes.2' });
  assert.equal(closed.error.code, 'UNAUTHENTICATED');
  assert.deepEqual(await socket.emitWithAck('rt:message', { channel: 'notes.1', payload: { text: 'hello' } }), {
    ok: true,
  });
  assert.deepEqual(await received, ['notes.1', 'message', { text: 'hello' }]);
  const refused = await socket.emitWithAck('rt:message', { channel: 'notes.1', payload: { text: 1 } });
  assert.equal(refused.error.code, 'INVALID_PAYLOAD');

  const page = await fetch(`http://127.0.0.1:${port}/realtime-dashboard`);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /\/realtime-dashboard\/assets\//);

  socket.close();
  await app.close();
  process.exit(0);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
