import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../chromium/launch-chromium.js';
import { closeApps } from '../../kit/boot.js';
import { frame, snapshot } from './sample-feed.js';
import { row, story } from './sample-rows.js';
import { StandIn } from './stand-in.js';
import { Watcher } from './watcher.js';

const said = (message: string) =>
  row({ kind: 'message', channel: 'rooms.7', message, userId: 'ann', code: null, durationMs: 1 });

describe('the stream', () => {
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

  beforeEach(async () => {
    standIn.script.snapshot = () => snapshot({ rows: [said('first'), ...story(5, '99')] });
    watcher = await (await Watcher.open(browser, standIn.page, { as: 'root' })).live();
  });

  afterEach(async () => {
    expect(watcher.complaints).toEqual([]);
    await watcher.close();
  });

  it('shows new rows first', async () => {
    await standIn.send(frame([said('second'), said('third')]));
    await watcher.streamRows('third').waitFor();
    expect(await watcher.streamRows().first().textContent()).toContain('rooms.7 · third');
    expect(await watcher.streamRows().last().textContent()).toContain('rooms.7 · first');
  });

  it('does not change while it is paused, and says how many rows wait', async () => {
    await watcher.button('Pause').click();
    await standIn.send(frame([said('while-paused'), said('while-paused-too')]));
    await watcher.panel('Stream').getByText('paused, 2 waiting').waitFor();
    expect(await watcher.streamRows('while-paused').count()).toBe(0);
    await watcher.button('Resume').click();
    await watcher.streamRows('while-paused-too').waitFor();
  });

  it('does not move while a row has the focus', async () => {
    const trace = watcher.panel('Stream').getByRole('button', { name: /Trace/ }).first();
    await trace.focus();
    await standIn.send(frame(Array.from({ length: 200 }, () => said('flood'))));
    await watcher.panel('Stream').getByText('held while you are at a row, 200 waiting').waitFor();
    expect(await trace.evaluate((button) => document.activeElement === button)).toBe(true);
    await watcher.page.getByLabel('Filter the stream').focus();
    await watcher.streamRows('flood').first().waitFor();
  });

  it('does not move while the pointer is on a row, from one row to the next', async () => {
    await watcher.streamRows('first').hover();
    await standIn.send(frame([said('flood')]));
    await watcher.panel('Stream').getByText('held while you are at a row, 1 waiting').waitFor();
    await watcher.streamRows('ArticlePublished').first().hover();
    await watcher.panel('Stream').getByRole('button', { name: /Trace/ }).first().focus();
    expect(await watcher.streamRows('flood').count()).toBe(0);
    await watcher.page.getByLabel('Filter the stream').click();
    await watcher.streamRows('flood').waitFor();
  });

  it('is filtered by kind and by text', async () => {
    const kinds = watcher.page.getByRole('group', { name: /^Kinds/ });
    await kinds.getByRole('button', { name: 'Broadcast' }).click();
    expect(await watcher.streamRows().count()).toBe(2);
    await kinds.getByRole('button', { name: 'Message' }).click();
    expect(await watcher.streamRows().count()).toBe(3);
    await watcher.page.getByLabel('Filter the stream').fill('ARTICLES.99');
    expect(await watcher.streamRows().count()).toBe(1);
    await standIn.send(frame([said('unwanted'), ...story(6, '99')]));
    await watcher.panel('Stream').getByText('2 rows').waitFor();
    await watcher.page.getByLabel('Filter the stream').fill('nothing like it');
    await watcher.panel('Stream').getByText('No rows to show.').waitFor();
  });

  it('shows one story from the event to the deliveries, without other rows', async () => {
    await watcher.streamRows('published on the bus').click();
    const panel = watcher.panel('Stream');
    await panel.getByRole('heading', { name: 'Story of ArticlePublishedEvent' }).waitFor();
    const [, , , late] = story(5, 'late');
    await standIn.send(frame([...story(6, 'other'), ...Array.from({ length: 100 }, () => said('flood')), late]));
    await panel.getByText('articles.late').waitFor();
    const words = [
      'Bus event',
      'Bridge',
      'Broadcast',
      'Deliveries',
      'Broadcast',
      'Deliveries',
      'Broadcast',
      'Deliveries',
    ];
    expect(await panel.locator('.step > .step-head .kind').allTextContents()).toEqual(words);
    expect(await panel.textContent()).toMatch(/To 120 subscribed connections\..*To no connection\./);
    expect(await panel.textContent()).not.toMatch(/flood|articles\.other/);
    await watcher.page.keyboard.press('Escape');
    await watcher.streamRows('flood').first().waitFor();
  });
});
