// Which real application do the tests of the page run? One with two channels, a bridge, a guard and the dashboard.
import { type CanActivate, Injectable, UseGuards } from '@nestjs/common';
import { CqrsModule, EventBus } from '@nestjs/cqrs';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { forward, RealtimeCqrsModule } from 'nestjs-realtime/cqrs';
import { z } from 'zod';
import { RealtimeDashboardModule, type RealtimeDashboardModuleOptions } from '../../../libs/dashboard/src/index.js';
import { boot, type TestApp } from '../../kit/boot.js';
import { KnownUsers } from '../../kit/known-users.js';

const payload = z.object({ title: z.string() });
const article = defineRealtimeChannel({
  name: 'articles.{articleId}',
  scope: 'public',
  events: { published: payload },
});
const room = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'authenticated',
  events: { said: payload },
  messages: { say: payload },
});

export class ArticlePublished {
  constructor(
    readonly articleId: string,
    readonly title: string,
  ) {}
}

@Injectable()
class RoomMemberGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@RealtimeChannel(article)
class ArticleChannel {}

@RealtimeChannel(room)
@UseGuards(RoomMemberGuard)
class OnSay {
  @RealtimeHandler(room, 'say')
  say(): void {}
}

export function bootLiveApp(dashboard: RealtimeDashboardModuleOptions = {}): Promise<TestApp> {
  return boot({
    imports: [
      CqrsModule.forRoot(),
      RealtimeModule.forRoot({ authenticator: KnownUsers }),
      RealtimeCqrsModule.forRoot({
        allowlist: [
          forward(ArticlePublished).to(article, 'published', ({ articleId, title }) => ({
            params: { articleId },
            payload: { title },
          })),
        ],
      }),
      RealtimeDashboardModule.forRoot(dashboard),
    ],
    providers: [ArticleChannel, RoomMemberGuard, OnSay],
  });
}

export function publish(app: TestApp, articleId: string, title: string): Promise<unknown> {
  return app.nest.get(EventBus).publish(new ArticlePublished(articleId, title)) as Promise<unknown>;
}

/** Broadcasts without waiting for each to leave. */
export function flood(app: TestApp, articleId: string, times: number): Promise<unknown> {
  const broadcaster = app.nest.get(IRealtimeBroadcaster);
  const target = article.with({ articleId });
  return Promise.all(
    Array.from({ length: times }, (_, i) => broadcaster.broadcast(target, 'published', { title: `title ${i}` })),
  );
}
