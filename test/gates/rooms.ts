// What can be subscribed to in the tests of gate 2? A channel of each scope, and rooms whose guards query something like a database.

import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable, UseGuards } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeException,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { Latch } from '../kit/latch.js';

const payload = z.object({ n: z.number() });
export const newsChannel = defineRealtimeChannel({ name: 'news', scope: 'public', payload });
export const insideChannel = defineRealtimeChannel({ name: 'inside', scope: 'authenticated', payload });
export const adminChannel = defineRealtimeChannel({ name: 'admin', scope: { role: 'admin' }, payload });
export const inboxChannel = defineRealtimeChannel({ name: 'inbox.{owner}', scope: { userScoped: 'owner' }, payload });
export const feedChannel = defineRealtimeChannel({ name: 'feed.{n}', scope: 'public', payload });
export const roomChannel = defineRealtimeChannel({
  name: 'room.{roomId}',
  scope: 'public',
  payload,
  message: z.unknown(),
});

/** Like a database: asynchronous, and sometimes slow. */
@Injectable()
export class Members {
  allowed = new Set<string>();
  readonly asked: string[] = [];
  arrived = new Latch();
  answer: Promise<unknown> | null = null;

  async has(roomId: string, userId: string | undefined): Promise<boolean> {
    this.asked.push(`${roomId} ${userId}`);
    this.arrived.open();
    await (this.answer ?? new Promise(setImmediate));
    return this.allowed.has(roomId);
  }

  reset(): void {
    this.allowed.clear();
    this.asked.length = 0;
    this.answer = null;
    this.arrived = new Latch();
  }
}

@Injectable()
class MemberGuard implements CanActivate {
  constructor(private readonly members: Members) {}
  canActivate(context: ExecutionContext): Promise<boolean> {
    const realtime = RealtimeExecutionContext.create(context);
    return this.members.has(realtime.getParams().roomId, realtime.getUser()?.userId);
  }
}

@Injectable()
class ThrowingGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { roomId } = RealtimeExecutionContext.create(context).getParams();
    if (roomId === 'throws-http') throw new ForbiddenException('SECRET: the room exists');
    if (roomId === 'throws-ws') throw new WsException('SECRET: the room exists');
    if (roomId === 'throws-refusal') throw new RealtimeException('FORBIDDEN', { message: 'SECRET' });
    if (roomId === 'throws-outage') throw new RealtimeException('UNAVAILABLE');
    if (roomId === 'throws-error') throw new Error('SECRET');
    return roomId !== 'second-refuses';
  }
}

@RealtimeChannel(roomChannel)
@UseGuards(MemberGuard)
export class OnRoom {
  @RealtimeHandler()
  handle(): string {
    return 'handled';
  }
}

@RealtimeChannel(roomChannel)
@UseGuards(ThrowingGuard)
export class OnRoomToo {}

export function bootRooms(): Promise<TestApp> {
  return boot({
    imports: [
      RealtimeModule.forRoot({ authenticator: KnownUsers, requestTimeout: 2_000 }),
      RealtimeModule.forFeature([newsChannel, insideChannel, adminChannel, inboxChannel, feedChannel]),
    ],
    providers: [Members, OnRoom, OnRoomToo],
  });
}
