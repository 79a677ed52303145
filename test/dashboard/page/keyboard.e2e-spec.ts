import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RealtimeException } from 'nestjs-realtime';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../chromium/launch-chromium.js';
import { closeApps } from '../../kit/boot.js';
import { until } from '../../kit/until.js';
import { frame } from './sample-feed.js';
import { StandIn } from './stand-in.js';
import { Watcher } from './watcher.js';

/** Every element that can be pressed, filled in or followed. */
const INTERACTIVE = 'a[href], button, input, select, summary, textarea, [tabindex="0"], .stream';

describe('the keyboard alone', () => {
  let browser: Browser;
  let standIn: StandIn;
  let watcher: Watcher;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
  });

  beforeEach(async () => {
    standIn = await StandIn.boot();
    watcher = await (await Watcher.open(browser, standIn.page, { as: 'root' })).live();
  });

  afterEach(async () => {
    expect(watcher.complaints).toEqual([]);
    await watcher.close();
    await closeApps();
  });

  const press = (key: string): Promise<void> => watcher.page.keyboard.press(key);
  const focused = (): Promise<string> => watcher.page.evaluate(() => document.activeElement?.textContent ?? '');
  /** For a focus that the page moves after it has drawn. */
  const focusOn = (text: string): Promise<string> => until(focused, (now) => now === text);

  it('reaches every control, and shows which one has the focus', async () => {
    const { page } = watcher;
    const all = await page.evaluate((interactive) => {
      const seen = [...document.querySelectorAll<HTMLElement>(interactive)].filter((each) => each.checkVisibility());
      seen.forEach((each, i) => (each.dataset.test = String(i)));
      return seen.length;
    }, INTERACTIVE);
    const reached = new Set<string>();
    const unseen: string[] = [];
    for (let i = 0; i < all + 5; i++) {
      await press('Tab');
      const { id, name, outlined } = await page.evaluate(() => {
        const { dataset, outerHTML } = document.activeElement as HTMLElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!);
        return {
          id: dataset.test,
          name: outerHTML.slice(0, 120),
          outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1,
        };
      });
      if (id !== undefined) reached.add(id);
      if (id !== undefined && !outlined) unseen.push(name);
    }
    const missed = Array.from({ length: all }, (_, i) => String(i)).filter((id) => !reached.has(id));
    const names = await Promise.all(missed.map((id) => page.locator(`[data-test="${id}"]`).first().textContent()));
    expect({ names, unseen }).toEqual({ names: [], unseen: [] });
  });

  it('disconnects a user after a question, and the focus is always on a control that can be used', async () => {
    await watcher.button(/^Disconnect bob/).focus();
    await press('Enter');
    await watcher.dialog.waitFor();
    expect(await focused()).toBe('Cancel');
    await press('Escape');
    await watcher.dialogGone();
    expect(await focused()).toContain('Disconnect bob');
    await press('Enter');
    await focusOn('Cancel');
    await press('Shift+Tab');
    await press('Enter');
    await watcher.dialog.getByRole('status').filter({ hasText: 'bob is disconnected.' }).waitFor();
    await focusOn('Close');
    // The user's row is removed, and with it the button that would get the focus back.
    await standIn.send(frame([], { connections: { rows: [], more: 0 } }));
    await watcher.panel('Connections').getByText('No client is connected.').waitFor();
    await press('Enter');
    await watcher.dialogGone();
    expect(await focused()).toBe('Connections');
    expect(standIn.script.actions).toEqual([{ disconnect: 'bob' }]);
  });

  it('evicts a user from a channel, and the dialog says when that fails', async () => {
    standIn.script.failure = new Error('SECRET');
    await watcher.button(/^Evict a user from rooms.7/).focus();
    await press('Enter');
    await watcher.dialog.waitFor();
    await press('Enter');
    expect(standIn.script.actions).toEqual([]);
    await watcher.page.keyboard.type('bob');
    await press('Enter');
    await watcher.dialog.getByRole('status').filter({ hasText: 'The action failed:' }).waitFor();
    expect(await watcher.dialog.textContent()).not.toContain('SECRET');
    standIn.script.failure = new RealtimeException('UNKNOWN_CHANNEL', { message: 'No channel has this name.' });
    await watcher.page.getByLabel('User id').focus();
    await press('Enter');
    const why = 'The action failed: No channel has this name. (UNKNOWN_CHANNEL)';
    await watcher.dialog.getByRole('status').filter({ hasText: why }).waitFor();
    standIn.script.failure = null;
    await watcher.page.getByLabel('User id').focus();
    await press('Enter');
    await watcher.dialog.getByRole('status').filter({ hasText: 'bob is evicted from rooms.7.' }).waitFor();
    expect(standIn.script.actions).toEqual([{ evict: 'bob', from: 'rooms.7' }]);
  });
});
