import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../chromium/launch-chromium.js';
import { closeApps, type TestApp } from '../../kit/boot.js';
import { until } from '../../kit/until.js';
import { bootLiveApp, publish } from './live-app.js';
import { Watcher } from './watcher.js';

const IMAGE = '<img src=x onerror="document.title=1">';

describe('the dashboard of a real application', () => {
  let browser: Browser;
  let app: TestApp;
  let admin: Watcher;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
  });

  beforeEach(async () => {
    app = await bootLiveApp({ payloads: 'shown' });
    admin = await (await Watcher.open(browser, `${app.url}/realtime-dashboard`, { as: 'root' })).live();
  });

  afterEach(async () => {
    expect(admin.complaints).toEqual([]);
    await admin.close();
    await closeApps();
  });

  const row = (panel: string, text: string) => admin.panel(panel).getByRole('row').filter({ hasText: text });

  it('shows a new connection and its channels, and does not count its own', async () => {
    const ann = await app.connect({ as: 'ann', headers: { 'user-agent': IMAGE } });
    await ann.subscribe('articles.42');
    await row('Connections', 'Disconnect ann').getByText('articles.42').waitFor();
    await row('Connections', IMAGE).waitFor();
    await row('Channels', 'articles.42').waitFor();
    const figures = (): Promise<string[]> => admin.page.locator('.tile:not(.rate)').allTextContents();
    // The admin's connection is not counted once it is subscribed to the dashboard's channel.
    await until(figures, (each) => each.slice(0, 3).join() === 'Connections1,Users1,Subscriptions1');
    expect(await admin.panel('Connections').textContent()).not.toContain('realtime-dashboard');
    ann.close();
    await admin.panel('Connections').getByText('No client is connected.').waitFor();
  });

  it('traces one article from the event through bridge and broadcast to its deliveries', async () => {
    const readers = await Promise.all([app.connect({ as: 'ann' }), app.connect()]);
    for (const reader of readers) await reader.subscribe('articles.42');
    await publish(app, '7', 'Another one');
    await publish(app, '42', IMAGE);
    await admin.streamRows('articles.42 · published').click();
    const steps = admin.panel('Stream').locator('.step');
    await steps.nth(3).waitFor();
    const heads = await steps.locator('> .step-head .kind').allTextContents();
    expect(heads).toEqual(['Bus event', 'Bridge', 'Broadcast', 'Deliveries']);
    const texts = await steps.allTextContents();
    expect(texts.map((text) => text.replace(/\d\d:\d\d:\d\d\.\d+ \+\d+ ms/, ' '))).toEqual([
      expect.stringMatching(/^Bus event ArticlePublished/),
      expect.stringMatching(/^Bridge ArticlePublished → articles\.{articleId} · publishedforwarded to articles\.42/),
      expect.stringMatching(/^Broadcast articles\.42 · published/),
      expect.stringMatching(/^DeliveriesTo 2 subscribed connections\./),
    ]);
    expect(texts[2]).toContain(JSON.stringify({ title: IMAGE }));
    // Each step is nested in the one that caused it.
    expect(texts[0]).toContain('Bridge');
    expect(texts[1]).toContain('Broadcast');
    expect(texts[2]).toContain('Deliveries');
    expect(await admin.panel('Stream').textContent()).not.toContain('articles.7');
  });

  it('explains a refusal with its gate, code, guard, user and channel', async () => {
    const bob = await app.connect({ as: 'bob' });
    await bob.subscribe('rooms.9');
    const explained = admin.panel('Refusals').getByRole('table', { name: /^Latest refusals/ });
    const cells = explained.getByRole('row').nth(1);
    await cells.waitFor();
    expect(await cells.textContent()).toMatch(/bobrooms\.9FORBIDDEN at gate subscribe.*RoomMemberGuard/);
    await row('Refusals', 'Gate 2, subscribing.').waitFor();
  });

  it('ends the connections of a user that the admin disconnects, and shows the action in the stream', async () => {
    const ann = await app.connect({ as: 'ann' });
    const bob = await app.connect({ as: 'bob' });
    await ann.subscribe('articles.1');
    await bob.subscribe('articles.1');
    await admin.button(/^Disconnect ann/).click();
    await admin.dialog.getByRole('button', { name: 'Disconnect' }).click();
    await admin.dialog.getByText('ann is disconnected.').waitFor();
    await ann.closed;
    expect(ann.log).toContain('rt:bye');
    await admin.streamRows('disconnect ann').filter({ hasText: 'by root' }).waitFor();
    await admin.button('Close').click();
    await admin.panel('Connections').getByRole('rowheader', { name: 'ann' }).waitFor({ state: 'detached' });
    await row('Connections', 'Disconnect bob').waitFor();
    expect(bob.socket.connected).toBe(true);
  });

  it('evicts a user from one channel, and the user stays on the others', async () => {
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('articles.1');
    await ann.subscribe('articles.2');
    await row('Channels', 'articles.1').getByRole('button').click();
    await admin.page.getByLabel('User id').fill('ann');
    await admin.dialog.getByRole('button', { name: 'Evict' }).click();
    await admin.dialog.getByText('ann is evicted from articles.1.').waitFor();
    expect(await ann.next('rt:evicted')).toMatchObject([{ channel: 'articles.1' }]);
    await publish(app, '2', 'Still here');
    await ann.next('rt:event');
  });
});
