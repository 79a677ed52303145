import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, WebSocket } from 'playwright-core';
import { launchChromium } from '../../chromium/launch-chromium.js';
import { closeApps } from '../../kit/boot.js';
import { until } from '../../kit/until.js';
import { connection, frame, snapshot } from './sample-feed.js';
import { StandIn } from './stand-in.js';
import { Watcher, type WatcherOptions } from './watcher.js';

describe('the page', () => {
  let browser: Browser;
  let standIn: StandIn;
  const watchers: Watcher[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
  });

  beforeEach(async () => {
    standIn = await StandIn.boot();
    standIn.script.snapshot = () =>
      snapshot({ connections: { rows: [connection({ userId: 'secret-user' })], more: 0 } });
  });

  afterEach(async () => {
    for (const { complaints } of watchers) expect(complaints).toEqual([]);
    await Promise.all(watchers.splice(0).map((watcher) => watcher.close()));
    await closeApps();
  });

  async function open(options: WatcherOptions = {}): Promise<Watcher> {
    const watcher = await Watcher.open(browser, standIn.page, options);
    watchers.push(watcher);
    return watcher;
  }

  it('shows live data to an admin', async () => {
    const { page } = await (await open({ as: 'root' })).live();
    await page.getByText('secret-user').first().waitFor();
    expect(await page.locator('#connection').textContent()).toBe('Live as root');
  });

  it.each([
    ['an anonymous visitor', undefined, 'You are not logged in'],
    ['a user without the role', 'bob', 'You are connected as bob (roles: editor), without the required role'],
    ['a visitor with a bad session', 'forged', 'your credentials are not valid'],
  ])('shows no data to %s, and says why', async (_who, as, explanation) => {
    const watcher = await open({ as });
    const received: string[] = [];
    watcher.page.on('websocket', (socket: WebSocket) => {
      socket.on('framereceived', ({ payload }) => received.push(String(payload)));
    });
    await watcher.page.reload();
    await watcher.state('refused').waitFor();
    await watcher.page.getByRole('alert').filter({ hasText: explanation }).waitFor();
    await standIn.send(frame());
    await watcher.button('Try again').click();
    await until(
      () => received.filter((text) => text.startsWith('0')).length,
      (handshakes) => handshakes >= 2,
    );
    await watcher.state('refused').waitFor();
    expect(await watcher.page.getByRole('table').count()).toBe(0);
    expect(received.join()).not.toMatch(/secret-user|totals/);
    expect(standIn.script.opened).toBe(0);
  });

  it('accepts a token, and keeps it in this tab only', async () => {
    const watcher = await open();
    const { page, context } = watcher;
    await page.getByLabel('Token').fill('wrong');
    await watcher.button('Connect with this token').click();
    await watcher.state('refused').waitFor();
    await page.getByLabel('Token').fill('root');
    await watcher.button('Connect with this token').click();
    await watcher.live();
    await page.reload();
    await watcher.live();
    const stored = await page.evaluate(() => [
      Object.values(sessionStorage),
      Object.values(localStorage),
      location.href,
    ]);
    expect(stored).toEqual([['root'], [], standIn.page]);
    expect(await context.cookies()).toEqual([]);
    await watcher.button('Forget the token').click();
    await watcher.state('refused').waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  it('removes all data from the page when the server ends the connection of its user', async () => {
    const watcher = await (await open({ as: 'root' })).live();
    await standIn.revoke('root');
    await watcher.state('refused').waitFor();
    await watcher.page.getByText('has ended your connection').waitFor();
    expect(await watcher.page.locator('body').textContent()).not.toContain('secret-user');
    await watcher.button('Try again').click();
    await watcher.live();
  });

  it('shows none of the earlier data to the next visitor, not even for a moment', async () => {
    const watcher = await (await open({ as: 'root' })).live();
    await standIn.revoke('root');
    await watcher.state('refused').waitFor();
    await watcher.page.evaluate(() => {
      const look = (): void => {
        if (document.body.textContent?.includes('secret-user')) throw new Error('The page has shown the data again.');
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await watcher.context.clearCookies();
    await watcher.button('Try again').click();
    await watcher.page.getByRole('alert').filter({ hasText: 'You are not logged in' }).waitFor();
  });

  it('reconnects by itself, marks the data as out of date meanwhile, and then shows current data', async () => {
    const watcher = await (await open({ as: 'root' })).live();
    standIn.script.snapshot = () => snapshot({ connections: { rows: [connection({ userId: 'newcomer' })], more: 0 } });
    standIn.cut();
    await watcher.state('reconnecting').waitFor();
    expect(await watcher.panel('Connections').textContent()).toContain('secret-user');
    await watcher.live();
    await watcher.panel('Connections').getByText('newcomer').first().waitFor();
    expect(await watcher.panel('Connections').textContent()).not.toContain('secret-user');
    expect(standIn.script.opened).toBe(2);
  });
});
