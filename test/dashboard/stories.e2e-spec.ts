import { CqrsModule, EventBus } from '@nestjs/cqrs';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeHandler,
} from 'nestjs-realtime';
import { forward, RealtimeCqrsModule } from 'nestjs-realtime/cqrs';
import { z } from 'zod';
import { closeApps, type TestApp } from '../kit/boot.js';
import { bootDashboard, newsChannel, roomChannel, Viewer } from './dashboard-app.js';

class ArticlePublished {
  constructor(
    readonly title: string,
    readonly passwordHash = 'x1',
  ) {}
}
class DraftSaved {}

const allowlist = [
  forward(ArticlePublished).to(newsChannel, 'item', ({ title }) => {
    if (title === 'broken') throw new Error('the mapper broke');
    return { payload: { title } };
  }),
  forward(ArticlePublished).to(roomChannel, 'said', ({ title }) =>
    title === 'broken' ? null : [{ params: { roomId: '1' }, payload: title }],
  ),
];

describe('the story of a bus event', () => {
  const start = (payloads: 'hidden' | 'shown' = 'hidden'): Promise<TestApp> =>
    bootDashboard({
      dashboard: { payloads },
      module: { imports: [CqrsModule.forRoot(), RealtimeCqrsModule.forRoot({ allowlist })] },
    });
  const publish = (app: TestApp, event: object): void => void app.nest.get(EventBus).publish(event);

  afterEach(closeApps);

  it('links the event, its bridge entries, and the broadcasts that result from them', async () => {
    const app = await start();
    const viewer = await Viewer.of(app);
    publish(app, new ArticlePublished('rain'));
    publish(app, new ArticlePublished('sun'));
    await app.broadcast(newsChannel, 'item', { title: 'by hand' });
    const { story } = await viewer.row('event', ({ name }) => name === 'ArticlePublished');
    await viewer.row('broadcast', (row) => row.story === null);
    const linked = viewer.rows.filter((row) => row.story === story);
    expect(linked.map(({ kind }) => kind).sort()).toEqual(['bridge', 'bridge', 'broadcast', 'broadcast', 'event']);
    expect(linked[0].kind).toBe('event');
    expect(linked.filter(({ kind }) => kind === 'bridge')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'ArticlePublished',
          template: 'news',
          event: 'item',
          channels: ['news'],
          error: null,
        }),
        expect.objectContaining({ template: 'rooms.{roomId}', event: 'said', channels: ['rooms.1'], error: null }),
      ]),
    );
    expect(new Set(viewer.rows.map((row) => row.story)).size).toBe(3);
  });

  it('shows an event that is not forwarded, a mapper that fails and a mapper that skips', async () => {
    const app = await start();
    const viewer = await Viewer.of(app);
    publish(app, new DraftSaved());
    publish(app, new ArticlePublished('broken'));
    expect(await viewer.row('event', ({ name }) => name === 'DraftSaved')).toMatchObject({ kind: 'event' });
    expect(await viewer.row('bridge', ({ template }) => template === 'news')).toMatchObject({
      channels: [],
      error: expect.stringContaining('the mapper broke'),
    });
    expect(await viewer.row('bridge', ({ template }) => template !== 'news')).toMatchObject({
      channels: [],
      error: null,
    });
  });

  it('has no payloads by default, and redacted ones if they are shown', async () => {
    const hidden = await start();
    const first = await Viewer.of(hidden);
    publish(hidden, new ArticlePublished('rain'));
    await first.row('broadcast');
    expect(first.rows.filter((row) => 'payload' in row)).toEqual([]);

    const shown = await start('shown');
    const viewer = await Viewer.of(shown);
    expect((await viewer.open()).payloads).toBe('shown');
    publish(shown, new ArticlePublished('rain'));
    expect((await viewer.row('event')).payload).toBe('{"title":"rain","passwordHash":"[redacted]"}');
    expect((await viewer.row('broadcast', ({ channel }) => channel === 'news')).payload).toBe('{"title":"rain"}');
  });

  it('shows events that cannot be serialised or have no class', async () => {
    const app = await start('shown');
    const viewer = await Viewer.of(app);
    const bus = app.nest.get(EventBus);
    const cycle: Record<string, unknown> = { big: 1n };
    cycle.self = cycle;
    const nameless = Object.assign(Object.create(null), { constructor: null }) as object;
    for (const event of [cycle, nameless]) bus.publish(event);
    expect((await viewer.row('event')).payload).toBe('{"big":"1n","self":"[cycle]"}');
    expect(await viewer.row('event', ({ id }) => id > 1)).toMatchObject({ name: 'Object' });
  });
});

const talk = defineRealtimeChannel({
  name: 'talk',
  scope: 'public',
  events: { said: z.any() },
  messages: { say: z.any(), publish: z.any() },
});

@RealtimeChannel(talk)
class OnTalk {
  constructor(
    private readonly broadcaster: IRealtimeBroadcaster,
    private readonly bus: EventBus,
  ) {}

  @RealtimeHandler(talk, 'say')
  async say(text: unknown, ctx: RealtimeContext<typeof talk>): Promise<void> {
    await this.broadcaster.broadcast(roomChannel.with({ roomId: '1' }), 'said', text);
    await ctx.broadcast('said', text);
  }

  @RealtimeHandler(talk, 'publish')
  publish(): void {
    this.bus.publish(new ArticlePublished('from a handler'));
  }
}

describe('the story of a message', () => {
  const start = (): Promise<TestApp> =>
    bootDashboard({
      module: { imports: [CqrsModule.forRoot(), RealtimeCqrsModule.forRoot({ allowlist })], providers: [OnTalk] },
    });
  afterEach(closeApps);

  it('links it with what its handler broadcasts, at once by any broadcaster and later by its context', async () => {
    const app = await start();
    const viewer = await Viewer.of(app);
    const client = await app.connect({ as: 'ann' });
    await client.subscribe('talk');
    for (const text of ['one', 'two']) expect(await client.send('talk', 'say', text)).toMatchObject({ ok: true });
    const second = await viewer.row('message', ({ id }) => id > 4);
    const ofSecond = viewer.rows.filter(({ story }) => story === second.story);
    expect(ofSecond.map(({ kind }) => kind)).toEqual(['broadcast', 'broadcast', 'message']);
    expect(ofSecond).toMatchObject([{ channel: 'rooms.1' }, { channel: 'talk' }, { channel: 'talk', userId: 'ann' }]);
    expect(viewer.rows.filter(({ story }) => story !== second.story)).toHaveLength(3);
  });

  it('has the bus events that it publishes, and what results from them', async () => {
    const app = await start();
    const viewer = await Viewer.of(app);
    const client = await app.connect();
    await client.subscribe('talk');
    await client.send('talk', 'publish', {});
    const { story } = await viewer.row('message');
    await viewer.row('broadcast', ({ channel }) => channel === 'rooms.1');
    const kinds = viewer.rows.filter((row) => row.story === story).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['bridge', 'bridge', 'broadcast', 'broadcast', 'event', 'message']);
  });

  it('has nothing that others cause', async () => {
    const app = await start();
    const viewer = await Viewer.of(app);
    const client = await app.connect();
    await client.subscribe('talk');
    await client.send('talk', 'say', 'one');
    await app.broadcast(newsChannel, 'item', { title: 'by hand' });
    const { story } = await viewer.row('message');
    expect(await viewer.row('broadcast', ({ channel }) => channel === 'news')).toMatchObject({ story: null });
    expect(story).not.toBeNull();
  });
});
