import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import type { Browser } from 'playwright-core';
import { DASHBOARD_CHANNEL } from '../../../libs/dashboard/src/index.js';
import { launchChromium } from '../../chromium/launch-chromium.js';
import { closeApps, type TestApp } from '../../kit/boot.js';
import { until } from '../../kit/until.js';
import { bootLiveApp, flood } from './live-app.js';
import { Watcher } from './watcher.js';

const EVENTS_PER_SECOND = 2_000;
/** Frames of the feed that the test waits for. */
const FEED_FRAMES = 16;

/** Counts made in the page. */
interface Counts {
  /** Frames of the feed whose rows the page has rendered. */
  readonly shown: number;
  /** Frames of the screen. */
  readonly drawn: number;
}

describe('the dashboard at 2,000 events a second', () => {
  let browser: Browser;
  let app: TestApp;
  let admin: Watcher;
  let loaded = true;
  let load: Promise<void>;

  beforeAll(async () => {
    browser = await launchChromium();
    app = await bootLiveApp({ payloads: 'shown' });
    for (let i = 0; i < 100; i++) await (await app.connect()).subscribe(`articles.${i}`);
    admin = await (await Watcher.open(browser, `${app.url}/realtime-dashboard`, { as: 'root' })).live();
    load = keepLoaded();
  });

  afterAll(async () => {
    loaded = false;
    await load;
    await browser?.close();
    await closeApps();
  });

  async function keepLoaded(): Promise<void> {
    const start = performance.now();
    for (let sent = 0; loaded; await nextTurn()) {
      const due = Math.floor(((performance.now() - start) / 1_000) * EVENTS_PER_SECOND) - sent;
      sent += due;
      for (let i = 0; i < due; i += 20) await flood(app, String((sent + i) % 100), Math.min(20, due - i));
    }
  }

  it('keeps up with the feed, and draws screen frames in between', async () => {
    const sent = jest.spyOn(app.nest.get(IRealtimeServer), 'deliver');
    const frames = (): number => sent.mock.calls.filter(([{ channels }]) => channels[0] === DASHBOARD_CHANNEL).length;
    await admin.page.evaluate(() => {
      const counts = { shown: 0, drawn: 0 };
      Object.assign(globalThis, { counts });
      new MutationObserver(() => counts.shown++).observe(document.querySelector('.stream tbody')!, { childList: true });
      const draw = (): void => {
        counts.drawn++;
        requestAnimationFrame(draw);
      };
      requestAnimationFrame(draw);
    });
    const before = frames();
    await until(frames, (count) => count >= before + FEED_FRAMES);
    const { shown, drawn } = await admin.page.evaluate(() => (globalThis as unknown as { counts: Counts }).counts);
    // One frame may be under way, one may be rendering, and one may have arrived before the counting began.
    expect(shown).toBeGreaterThanOrEqual(FEED_FRAMES - 3);
    // On an idle machine there are fifteen screen frames between two frames of the feed.
    expect(drawn).toBeGreaterThan(2 * FEED_FRAMES);
    await admin.panel('Stream').getByText('skipped, too many at once').waitFor();
  });

  it('reacts to a click within two screen frames', async () => {
    for (const [name, pressed] of [
      ['Pause', 'true'],
      ['Resume', 'false'],
    ]) {
      const button = admin.button(name);
      await button.waitFor();
      const reacted = admin.page.evaluate(
        (wanted) =>
          new Promise<number>((resolve) => {
            const target = document.querySelector('.tools > [aria-pressed]')!;
            target.addEventListener(
              'click',
              () => {
                let frames = 0;
                const look = (): void => {
                  if (target.getAttribute('aria-pressed') === wanted) resolve(frames);
                  else requestAnimationFrame(() => (frames++, look()));
                };
                look();
              },
              { once: true },
            );
          }),
        pressed,
      );
      await button.click();
      expect(await reacted).toBeLessThanOrEqual(2);
    }
  });

  it('keeps the lists short, and the stream at 100 rows', async () => {
    expect(await admin.streamRows().count()).toBe(100);
    expect(await admin.panel('Channels').locator('tbody tr').count()).toBeLessThanOrEqual(50);
    expect(await admin.page.locator('*').count()).toBeLessThan(5_000);
    expect(admin.complaints).toEqual([]);
  });
});
