import { type CanActivate, Injectable, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  defineRealtimeChannel,
  IRealtimeHandlerRegistry,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
  renderAuthorizationMatrix,
} from 'nestjs-realtime';
import { z } from 'zod';
import { AppModule } from '../../src/app.module.js';
import { KnownUsers } from '../kit/known-users.js';

const note = z.object({});
const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { shipped: note, noted: note },
  messages: { drop: note, add: note, sign: note },
});
const news = defineRealtimeChannel({ name: 'news', scope: 'public', payload: note });
const audit = defineRealtimeChannel({ name: 'audit', scope: { role: 'admin' }, payload: note });
const inbox = defineRealtimeChannel({ name: 'inbox.{userId}', scope: { userScoped: 'userId' }, message: note });

@Injectable()
class OpenGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}
class MemberGuard extends OpenGuard {}
class AuditorGuard extends OpenGuard {}
class OfficeHoursGuard extends OpenGuard {}

@RealtimeChannel(orders)
@UseGuards(OfficeHoursGuard, MemberGuard)
class OnAdd {
  @RealtimeHandler('add')
  @UseGuards(AuditorGuard)
  add(): void {}
}

@RealtimeChannel(orders)
@UseGuards(new AuditorGuard())
class OnDrop {
  @RealtimeHandler('drop')
  drop(): void {}
}

@Module({ imports: [RealtimeModule.forFeature([news, audit, inbox])], providers: [OnAdd, OnDrop] })
class OneWay {}
@Module({ imports: [RealtimeModule.forFeature([inbox, orders, audit, news])], providers: [OnDrop, OnAdd] })
class OtherWay {}

describe('the authorization matrix', () => {
  const running: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((app) => app.close()));
  });

  async function start(feature: object, guards: (typeof OpenGuard)[] = []) {
    const realtime = RealtimeModule.forRoot({ authenticator: KnownUsers, guards: { connect: guards } });
    const app = await Test.createTestingModule({ imports: [realtime, feature as never] }).compile();
    running.push(app);
    return app.init();
  }

  it('shows every right of every channel, with its scope and guards', async () => {
    expect(renderAuthorizationMatrix(await start(OneWay, [OfficeHoursGuard]))).toBe(
      [
        'channel | right | scope | guards',
        '* | connect | anyone | KnownUsers (opaque), OfficeHoursGuard (opaque)',
        'audit | subscribe | role admin | -',
        'audit | broadcast message | server | -',
        'inbox.{userId} | subscribe | user {userId} | -',
        'inbox.{userId} | send message | nobody, it has no handler | -',
        'news | subscribe | public | -',
        'news | broadcast message | server | -',
        'orders.{orderId} | subscribe | authenticated | AuditorGuard (opaque), MemberGuard (opaque), OfficeHoursGuard (opaque)',
        'orders.{orderId} | send add | authenticated | AuditorGuard (opaque), MemberGuard (opaque), OfficeHoursGuard (opaque)',
        'orders.{orderId} | send drop | authenticated | AuditorGuard (opaque)',
        'orders.{orderId} | send sign | nobody, it has no handler | -',
        'orders.{orderId} | broadcast noted | server | -',
        'orders.{orderId} | broadcast shipped | server | -',
        '',
      ].join('\n'),
    );
  });

  it('does not depend on the order of modules and providers', async () => {
    expect(renderAuthorizationMatrix(await start(OtherWay))).toBe(renderAuthorizationMatrix(await start(OneWay)));
  });

  it('shows handlers that are registered by hand', async () => {
    const app = await start(OneWay);
    app.get(IRealtimeHandlerRegistry).register(inbox, 'message', () => undefined);
    expect(renderAuthorizationMatrix(app)).toContain('\ninbox.{userId} | send message | user {userId} | -\n');
  });

  it('is the reviewed one for the demo', async () => {
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    running.push(app);
    expect(renderAuthorizationMatrix(app)).toBe(
      [
        'channel | right | scope | guards',
        '* | connect | anyone | DatabaseSessionAuthenticator (opaque)',
        'account.user.{userId} | subscribe | user {userId} | -',
        'account.user.{userId} | broadcast roleChanged | server | -',
        'administration.users | subscribe | role admin | -',
        'administration.users | broadcast roleChanged | server | -',
        'articles | subscribe | public | -',
        'articles | broadcast published | server | -',
        'articles.{articleId}.readers | subscribe | authenticated | -',
        'articles.{articleId}.readers | send comment | authenticated | -',
        'articles.{articleId}.readers | whisper typing | authenticated | -',
        'articles.{articleId}.readers | broadcast commented | server | -',
        'newsroom | subscribe | role editor | -',
        'newsroom | send say | role editor | -',
        'newsroom | broadcast said | server | -',
        'notifications.user.{userId} | subscribe | user {userId} | -',
        'notifications.user.{userId} | broadcast arrived | server | -',
        'notifications.user.{userId} | broadcast read | server | -',
        'realtime-dashboard.live | subscribe | role admin | -',
        'realtime-dashboard.live | send disconnect | role admin | -',
        'realtime-dashboard.live | send evict | role admin | -',
        'realtime-dashboard.live | send members | role admin | -',
        'realtime-dashboard.live | send open | role admin | -',
        'realtime-dashboard.live | broadcast elsewhere | server | -',
        'realtime-dashboard.live | broadcast frame | server | -',
        'realtime-ping | subscribe | public | -',
        'realtime-ping | send message | public | -',
        'realtime-ping | broadcast message | server | -',
        '',
      ].join('\n'),
    );
  });

  it('needs realtime', async () => {
    const app = await Test.createTestingModule({}).compile();
    expect(() => renderAuthorizationMatrix(app)).toThrow(
      'The application has no realtime; import RealtimeModule.forRoot().',
    );
  });
});
