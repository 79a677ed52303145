// Does an admin who sees the page for the first time understand it, on a laptop and on a phone?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../chromium/launch-chromium.js';
import { closeApps } from '../../kit/boot.js';
import { channel, connection, snapshot } from './sample-feed.js';
import { row, someRows } from './sample-rows.js';
import { StandIn } from './stand-in.js';
import { Watcher, type WatcherOptions } from './watcher.js';

const LAPTOP = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const NODE = 'storefront-web-eu-central-1b-7f9c-abcdef';

describe('the page at first sight', () => {
  let browser: Browser;
  let standIn: StandIn;
  let watcher: Watcher;

  beforeAll(async () => {
    [browser, standIn] = await Promise.all([launchChromium(), StandIn.boot()]);
  });
  afterAll(async () => {
    await browser?.close();
    await closeApps();
  });
  afterEach(async () => {
    expect(watcher.complaints).toEqual([]);
    await watcher.close();
    standIn.script.snapshot = () => snapshot();
  });

  const open = async (options: WatcherOptions = LAPTOP): Promise<Watcher> =>
    (watcher = await (await Watcher.open(browser, standIn.page, { as: 'root', ...options })).live());

  /** Rows of the stream that are cut at the lower edge of the list, in pixels. */
  const cutRows = (): Promise<number[]> =>
    watcher.page.evaluate(() => {
      const list = document.querySelector('.stream')!;
      const end = list.getBoundingClientRect().bottom;
      return [...list.querySelectorAll('tbody tr')]
        .map((each) => each.getBoundingClientRect())
        .filter(({ top, bottom }) => top < end - 0.5 && bottom > end + 0.5)
        .map(({ bottom }) => bottom - end);
    });

  it.each([
    ['laptop', LAPTOP],
    ['phone', PHONE],
  ])('cuts no row of the stream on a %s, whatever comes', async (_what, options) => {
    const rows = Array.from({ length: 12 }, someRows).flat();
    standIn.script.snapshot = () => snapshot({ rows });
    await open(options);
    expect(await watcher.streamRows().count()).toBeGreaterThan(50);
    expect(await cutRows()).toEqual([]);
    await standIn.send({
      at: Date.now(),
      totals: snapshot().totals,
      rows: [row({ kind: 'job', queue: 'mails', jobId: '18', state: 'failed', reason: 'word '.repeat(60) })],
      skipped: 0,
    });
    await watcher.streamRows('#18').waitFor();
    expect(await cutRows()).toEqual([]);
  });

  it('keeps ids of nodes, names of users and buttons on one line', async () => {
    const [node] = snapshot().nodes;
    standIn.script.snapshot = () => snapshot({ nodeId: NODE, nodes: [{ ...node, nodeId: NODE }, node] });
    await open();
    const height = async (text: string): Promise<number> =>
      (await watcher.page.getByText(text, { exact: true }).first().boundingBox())!.height;
    expect(await height(NODE)).toBeLessThan(25);
    expect(await height('anonymous')).toBeLessThan(25);
    expect((await watcher.button(/^Disconnect bob/).boundingBox())!.height).toBeLessThan(35);
  });

  it('draws no empty charts', async () => {
    const quiet = { messagesPerSecond: 0, broadcastsPerSecond: 0, deliveriesPerSecond: 0 };
    standIn.script.snapshot = () => {
      const sample = snapshot();
      const silent = channel('rooms.9', { sparkline: Array.from({ length: 60 }, () => 0) });
      return {
        ...sample,
        totals: { ...sample.totals, ...quiet },
        channels: { rows: [channel('rooms.7'), silent], more: 0 },
      };
    };
    await open();
    const rowOf = (name: string) => watcher.panel('Channels').getByRole('row').filter({ hasText: name });
    expect(await rowOf('rooms.7').getByRole('img').count()).toBe(1);
    expect(await rowOf('rooms.9').getByRole('img').count()).toBe(0);
    expect(await rowOf('rooms.9').getByText('none', { exact: true }).count()).toBe(1);
    expect(await watcher.panel('Traffic').getByRole('img').count()).toBe(0);
  });

  it('says since when it knows refusals, which is before it was opened', async () => {
    const rows = someRows().map((each) => ({ ...each, at: new Date('2026-03-01T08:30:15').getTime() }));
    standIn.script.snapshot = () => snapshot({ rows });
    await open();
    await watcher.panel('Refusals').getByText('since 2026-03-01 08:30:15').waitFor();
  });

  it('names programs, scopes and long payloads in a form that people read', async () => {
    const payload = JSON.stringify({ title: 'x'.repeat(150), tags: ['a'] });
    const userAgent =
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
    standIn.script.snapshot = () =>
      snapshot({
        payloads: 'shown',
        connections: { rows: [connection({ userAgent })], more: 0 },
        rows: [
          { ...row({ kind: 'broadcast', channel: 'rooms.7', event: 'said', payloadBytes: 9, deliveries: 1 }), payload },
          row({
            kind: 'refusal',
            gate: 'subscribe',
            code: 'FORBIDDEN',
            reason: 'scope {"role":"editor"} forbids',
            userId: 'ann',
            connectionId: 'c1',
            channel: 'newsroom',
            message: null,
          }),
        ],
      });
    await open();
    const program = watcher.panel('Connections').getByText('Chrome 140 on Linux');
    expect(await program.getAttribute('title')).toBe(userAgent);
    expect(await watcher.panel('Refusals').getByText('the scope asks for the role editor').count()).toBe(1);
    expect(await watcher.streamRows('FORBIDDEN').textContent()).toContain('the scope asks for the role editor');
    expect(await watcher.streamRows('said').locator('pre').textContent()).toBe(
      JSON.stringify(JSON.parse(payload), null, 2),
    );
  });

  it('explains each figure of the totals', async () => {
    await open();
    const titles = await watcher.page
      .locator('.tile')
      .evaluateAll((tiles) => tiles.map((tile) => (tile as HTMLElement).title));
    expect(titles).toHaveLength(11);
    expect(new Set(titles).size).toBe(11);
    expect(titles.every((title) => title.length > 30)).toBe(true);
  });

  it('leads back to the application', async () => {
    await open();
    expect(await watcher.page.getByRole('link', { name: 'Back to the application' }).getAttribute('href')).toBe('/');
  });

  it('marks the own user, and says what happens to an admin who disconnects themselves', async () => {
    standIn.script.snapshot = () =>
      snapshot({ connections: { rows: [connection({ userId: 'root' }), connection({ userId: 'bob' })], more: 0 } });
    await open();
    const rowOf = (name: string) => watcher.panel('Connections').getByRole('row').filter({ hasText: name });
    expect(await rowOf('root').getByText('you', { exact: true }).count()).toBe(1);
    expect(await rowOf('bob').getByText('you', { exact: true }).count()).toBe(0);
    await watcher.button(/^Disconnect bob/).click();
    expect(await watcher.dialog.textContent()).not.toContain('This is you');
    await watcher.dialog.getByRole('button', { name: 'Cancel' }).click();
    await watcher.button(/^Disconnect root/).click();
    await watcher.dialog.getByText('Your own connections end, and with them this page').waitFor();
    await watcher.dialog.getByRole('button', { name: 'Cancel' }).click();
    await watcher.button(/^Evict a user from rooms.7/).click();
    await watcher.dialog.getByLabel('User id').fill('root');
    await watcher.dialog.getByText('This is you.').waitFor();
  });

  it('is short on a phone: tables that scroll sideways, and the charts behind the stream', async () => {
    await open(PHONE);
    const { height, width } = await watcher.page.evaluate(() => ({
      height: document.documentElement.scrollHeight,
      width: document.documentElement.scrollWidth,
    }));
    expect(width).toBe(390);
    expect(height).toBeLessThan(3_500);
    const top = async (title: string): Promise<number> => (await watcher.panel(title).boundingBox())!.y;
    expect(await top('Totals')).toBeLessThan(await top('Stream'));
    expect(await top('Stream')).toBeLessThan(await top('Traffic'));
    expect(await top('Traffic')).toBeLessThan(await top('Channels'));
    const table = watcher.page.getByRole('table', { name: 'Channels' });
    const heads = await table
      .getByRole('columnheader')
      .evaluateAll((all) => all.map((head) => head.getBoundingClientRect().y));
    expect(new Set(heads).size).toBe(1);
    const channels = watcher.page.getByRole('group', { name: 'Channels' });
    expect(await channels.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)).toBe(true);
  });
});
