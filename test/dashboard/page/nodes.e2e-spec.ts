// Does a page that is connected to one node show what happens on the other?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { RealtimeModule } from 'nestjs-realtime';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { RealtimeDashboardModule } from '../../../libs/dashboard/src/index.js';
import { launchChromium } from '../../chromium/launch-chromium.js';
import { boot, closeApps, type TestApp } from '../../kit/boot.js';
import { KnownUsers } from '../../kit/known-users.js';
import { RedisNodes } from '../../kit/redis-nodes.js';
import { roomChannel } from '../dashboard-app.js';
import { Watcher } from './watcher.js';

describe('the page over two nodes', () => {
  let browser: Browser;
  let redis: RedisNodes;
  let here: TestApp;
  let there: TestApp;
  let admin: Watcher;

  const bootNode = (nodeId: string): Promise<TestApp> => {
    const broker = new RedisRealtimeBroker({ url: redis.server.url, beatInterval: '200ms' });
    return boot({
      imports: [
        RealtimeModule.forRoot({ authenticator: KnownUsers, broker, nodeId }),
        RealtimeModule.forFeature([roomChannel]),
        RealtimeDashboardModule.forRoot({ payloads: 'shown' }),
      ],
    });
  };

  beforeAll(async () => {
    [browser, redis] = await Promise.all([launchChromium(), RedisNodes.start()]);
    [here, there] = [await bootNode('web-1'), await bootNode('web-2')];
    admin = await (await Watcher.open(browser, `${here.url}/realtime-dashboard`, { as: 'root' })).live();
  });
  afterEach(() => expect(admin.complaints).toEqual([]));
  afterAll(async () => {
    await browser?.close();
    await closeApps();
    await redis?.stop();
  });

  const nodeRow = (name: string) => admin.panel('Nodes').getByRole('row').filter({ hasText: name });

  it('lists both nodes with their figures, and says which is its own', async () => {
    const ann = await there.connect({ as: 'ann' });
    for (const name of ['rooms.1', 'rooms.2', 'rooms.3']) await ann.subscribe(name);
    await nodeRow('web-1').getByText('this page').waitFor();
    await nodeRow('web-2').getByText('accepting').waitFor();
    await nodeRow('web-2').getByRole('cell', { name: '3', exact: true }).waitFor();
    expect(await nodeRow('web-2').textContent()).not.toContain('this page');
  });

  it('says in the stream and among the refusals on which node something has happened', async () => {
    const ann = await there.connect({ as: 'ann' });
    await ann.subscribe('rooms.9');
    await ann.subscribe('nowhere.1');
    await there.broadcast(roomChannel.with({ roomId: '9' }), 'said', { title: '<b>there</b>' });
    await here.broadcast(roomChannel.with({ roomId: '7' }), 'said', { title: 'here' });
    await admin
      .streamRows('rooms.9')
      .filter({ hasText: /on web-2-[a-z]{6}/ })
      .waitFor();
    await admin
      .streamRows('rooms.7')
      .filter({ hasText: /on web-1-[a-z]{6}/ })
      .waitFor();
    await admin
      .panel('Refusals')
      .getByRole('row')
      .filter({ hasText: /nowhere\.1.*on web-2-/ })
      .waitFor();
    await admin.page.getByLabel('Filter the stream').fill('web-2');
    await admin.streamRows('rooms.7').waitFor({ state: 'detached' });
    await admin.streamRows('rooms.9').waitFor();

    await admin.page.getByLabel('Filter the stream').fill('');
  });

  it('lets a node go that has stopped, and shows the broker as degraded where the engine is away', async () => {
    await there.close();
    await nodeRow('web-2').waitFor({ state: 'detached' });
    await redis.server.stop();
    await nodeRow('web-1').getByText('broker degraded').waitFor();
  });
});
