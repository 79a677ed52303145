import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../chromium/launch-chromium.js';
import { closeApps } from '../../kit/boot.js';
import { faintTexts } from './contrast.js';
import { StandIn } from './stand-in.js';
import { Watcher, type WatcherOptions } from './watcher.js';

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

describe('the page on screen', () => {
  let browser: Browser;
  let standIn: StandIn;
  let watcher: Watcher;

  beforeAll(async () => {
    browser = await launchChromium();
    standIn = await StandIn.boot();
  });

  afterAll(async () => {
    await browser?.close();
    await closeApps();
  });

  afterEach(async () => {
    expect(watcher.complaints).toEqual([]);
    await watcher.close();
  });

  async function open(options: WatcherOptions): Promise<Watcher> {
    watcher = await Watcher.open(browser, standIn.page, options);
    await watcher.state(options.as === 'root' ? 'live' : 'refused').waitFor();
    return watcher;
  }

  const width = (): Promise<number> => watcher.page.evaluate(() => document.documentElement.scrollWidth);

  it.each(['light', 'dark'] as const)('is easy to read in %s colours', async (colorScheme) => {
    const { page } = await open({ as: 'root', colorScheme });
    expect(await faintTexts(page)).toEqual([]);
    // A pressed button, an open list, the story and the dialog have other colours.
    await watcher.page
      .getByRole('group', { name: /^Kinds/ })
      .getByRole('button', { name: 'Bus event' })
      .click();
    await watcher.panel('Refusals').getByRole('button').first().click();
    await page.locator('summary').first().click();
    expect(await faintTexts(page)).toEqual([]);
    await watcher.streamRows().first().hover();
    expect(await faintTexts(page)).toEqual([]);
    await watcher.streamRows().first().click();
    await watcher.button(/^Disconnect bob/).click();
    await watcher.dialog.waitFor();
    expect(await faintTexts(page)).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('explains a refusal in %s colours, easy to read', async (colorScheme) => {
    expect(await faintTexts((await open({ colorScheme })).page)).toEqual([]);
  });

  it('draws charts in light colours, and redraws them when the scheme changes to dark', async () => {
    const { page } = await open({ as: 'root', colorScheme: 'light' });
    const colours = () =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('td .chart canvas')!;
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        let strongest = [0, 0, 0, 0];
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3] > strongest[3]) strongest = [...data.slice(i, i + 4)];
        }
        return strongest;
      });
    const byDay = await colours();
    expect(byDay[3]).toBeGreaterThan(200);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction(
      (day) => getComputedStyle(document.body).backgroundColor !== 'rgb(243, 245, 245)' && day.length === 4,
      byDay,
    );
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    expect(await colours()).not.toEqual(byDay);
  });

  it('fits on a phone, lists and dialogs included', async () => {
    const { page } = await open({ as: 'root', ...PHONE });
    expect(await width()).toBe(360);
    await watcher.streamRows('published on the bus').tap();
    await watcher
      .panel('Stream')
      .getByRole('heading', { name: /^Story/ })
      .waitFor();
    expect(await width()).toBe(360);
    await watcher.button(/^Evict a user from rooms.7/).tap();
    const box = (await watcher.dialog.boundingBox())!;
    expect([box.x >= 0, box.x + box.width <= 360]).toEqual([true, true]);
    // Screen readers still find tables, although the rows are shown as cards.
    expect(await page.getByRole('table', { name: 'Channels' }).getByRole('columnheader').count()).toBe(7);
  });

  it('fits on a phone if access is refused', async () => {
    await open({ as: 'bob', ...PHONE });
    expect(await width()).toBe(360);
  });

  it('has no animation if the visitor prefers reduced motion', async () => {
    const { page } = await open({ as: 'root', reducedMotion: 'reduce' });
    await watcher.button(/^Disconnect bob/).click();
    await watcher.dialog.waitFor();
    const moving = await page.evaluate(() => document.getAnimations().length);
    expect(moving).toBe(0);
  });

  it('says in words that a refusal is of the application', async () => {
    await open({ as: 'root' });
    const panel = watcher.panel('Refusals');
    const row = (table: RegExp) => panel.getByRole('table', { name: table }).getByRole('row', { name: /ROOM_LOCKED/ });
    const meaning = 'Gate 3, a message. The application refused the message with a code of its own';
    expect(await row(/^Refusals by gate/).textContent()).toContain(meaning);
    expect(await row(/^Latest refusals/).textContent()).toContain('at gate message, a code of the application');
    const other = panel.getByRole('row', { name: /FORBIDDEN/ });
    expect((await other.allTextContents()).join()).not.toContain('of the application');
  });

  it('says in words that a queue is down', async () => {
    await open({ as: 'root' });
    await watcher.panel('Job queues').getByText('the Redis of thumbnails cannot be reached').waitFor();
    const row = watcher.panel('Job queues').getByRole('row', { name: /thumbnails/ });
    expect(await row.getByRole('cell').allTextContents()).toEqual(['down', '–', '–', '–', '–']);
  });
});
