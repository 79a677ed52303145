// Does an application say at boot which channels it serves, and what guards them?
import { afterEach, describe, expect, it } from '@jest/globals';
import { type CanActivate, Injectable, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeSettings,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, HTTP_ADAPTERS } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogBook } from '../kit/log-book.js';

const payload = z.object({});
const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  payload,
  messages: { addNote: payload, cancel: payload, typing: { payload, whisper: true }, unheard: payload },
});
const news = defineRealtimeChannel({ name: 'news', scope: { role: 'editor' }, payload });
const inbox = defineRealtimeChannel({ name: 'inbox.{owner}', scope: { userScoped: 'owner' }, payload });

@Injectable()
class Admitting implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}
class OrderMemberGuard extends Admitting {}
class NotFrozenGuard extends Admitting {}
class NotBannedGuard extends Admitting {}

@RealtimeChannel(orders)
@UseGuards(OrderMemberGuard)
class OnOrders {
  @RealtimeHandler(orders, 'addNote')
  add(): void {}

  @RealtimeHandler(orders, 'cancel')
  @UseGuards(NotFrozenGuard)
  cancel(): void {}
}

const log = new LogBook();
const mapped = (): string[] => log.lines.filter((line) => line.endsWith(' RealtimeExplorer'));
const moduleOf = (settings: RealtimeSettings = {}) => ({
  imports: [
    RealtimeModule.forRoot({ authenticator: KnownUsers, guards: { connect: [NotBannedGuard] }, ...settings }),
    RealtimeModule.forFeature([news, inbox]),
  ],
  providers: [OnOrders],
});

describe('at boot, the log', () => {
  afterEach(async () => {
    log.lines.length = 0;
    await closeApps();
  });

  it.each(HTTP_ADAPTERS)('has a line for each channel, as for each route, on %s', async (http) => {
    await boot(moduleOf({ path: '/live' }), { http, logger: log });
    expect(mapped()).toEqual([
      'log Realtime {/live}: KnownUsers +NotBannedGuard RealtimeExplorer',
      'log Mapped {inbox.{owner}, user {owner}} RealtimeExplorer',
      'log Mapped {news, role editor} RealtimeExplorer',
      'log Mapped {orders.{orderId}, authenticated} +OrderMemberGuard, messages: addNote, cancel +NotFrozenGuard, typing (whisper) RealtimeExplorer',
    ]);
  });

  it('has none where no client can connect', async () => {
    await boot(moduleOf({ mode: 'in-memory' }), { logger: log });
    const testing = await Test.createTestingModule(moduleOf()).setLogger(log).compile();
    await testing.init();
    await testing.close();
    expect(mapped()).toEqual([]);
  });
});
