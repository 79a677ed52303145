import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../chromium/launch-chromium.js';
import { DemoProcess } from './demo-process.js';
import { Reader } from './reader.js';

describe('the demo, in two browsers', () => {
  let demo: DemoProcess;
  let browser: Browser;
  let one: Reader;
  let two: Reader;

  beforeAll(async () => {
    demo = await DemoProcess.start();
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  });

  beforeEach(async () => {
    [one, two] = await Promise.all([Reader.open(browser, demo.url), Reader.open(browser, demo.url)]);
  });

  afterEach(async () => {
    expect([...one.complaints, ...two.complaints]).toEqual([]);
    await Promise.all([one.context.close(), two.context.close()]);
  });

  it('boots without a warning, and says which channels it serves', () => {
    expect(demo.said.filter((line) => /\b(WARN|ERROR|FATAL)\b|Warning|deprecat/i.test(line))).toEqual([]);
    expect(demo.said).toContainEqual(
      expect.stringContaining('[RealtimeExplorer] Mapped {newsroom, role editor}, messages: say'),
    );
  });

  it('has two articles before anyone has published', async () => {
    await one.article('The page that needs no reload').waitFor();
    await one.article('Who may hear what').waitFor();
  });

  it('lets a guest connect and ping, and delivers the pong to every page', async () => {
    await Promise.all([one.connectedAs('a guest'), two.connectedAs('a guest')]);
    await one.page.getByRole('button', { name: 'Ping' }).click();
    await one.pong('you, 2 connections').waitFor();
    await two.pong('anonymous, 2 connections').waitFor();
    expect(await one.page.locator('#round-trip').textContent()).toMatch(/^\d+\.\d ms$/);
    expect(await two.page.locator('#round-trip').textContent()).toBe('');
  });

  it('reconnects as the user who logs in, and as a guest after the logout', async () => {
    await one.logIn('ada', 'wrong');
    await one.page.getByText('The name or the password is wrong.').waitFor();
    await one.logIn('ada', 'lovelace');
    await one.connectedAs('ada');
    await one.page.getByRole('button', { name: 'Ping' }).click();
    await two.pong('ada').waitFor();
    await one.page.reload();
    await one.connectedAs('ada');
    await one.logOut();
    await one.connectedAs('a guest');
  });

  it('shows a published article in every open tab without a reload', async () => {
    await Promise.all([one.logIn('ada', 'lovelace'), two.connectedAs('a guest')]);
    await one.connectedAs('ada');
    const markup = '<img src=x onerror="document.title=1"> & friends';
    await one.publish(markup, 'Two lines,\n<b>no</b> markup.');
    await two.article(markup).waitFor();
    expect(await two.article(markup).locator('.body').textContent()).toBe('Two lines,\n<b>no</b> markup.');
    expect(await two.page.locator('#announcer').textContent()).toBe(`New article by Ada: ${markup}`);
    await one.article(markup).waitFor();
    expect(await one.article(markup).count()).toBe(1);
    await two.page.reload();
    await two.article(markup).waitFor();
    expect(await two.page.title()).toContain('The Open Tab');
  });

  it('delivers a notification to its user only, and marks it read in all tabs of that user', async () => {
    await Promise.all([one.logIn('ada', 'lovelace'), two.logIn('bob', 'bobsled')]);
    await Promise.all([one.connectedAs('ada'), two.connectedAs('bob')]);
    const alsoBob = await two.context.newPage();
    await alsoBob.goto('/');

    await one.publish('Who hears of it', 'All but its author.');
    await two.notice('Ada published “Who hears of it”.').waitFor();
    await two.sendNote('Ada', 'Well written!');
    await one.notice('Bob: Well written!').waitFor();
    await one.sendNote('Bob', 'Thank you!');
    await two.notice('Ada: Thank you!').waitFor();
    // A channel keeps its order: an own notification of Ada or an own note of Bob would be here by now.
    expect(await one.notice('Who hears of it').count()).toBe(0);
    expect(await two.notice('Well written').count()).toBe(0);

    const unread = alsoBob.locator('#unread');
    await unread.filter({ hasText: 'new' }).waitFor();
    await two.page.getByRole('button', { name: 'Mark all as read' }).click();
    await unread.waitFor({ state: 'hidden' });
  });

  it('publishes for editors only, whatever the page shows', async () => {
    const draft = { title: 'Not mine to publish', body: 'At all.' };
    await Promise.all([one.connectedAs('a guest'), two.logIn('bob', 'bobsled')]);
    await two.page.getByText('Bob is not an editor; only editors publish.').waitFor();
    expect(await two.page.getByRole('button', { name: /^Publish/ }).isVisible()).toBe(false);
    expect([await one.post('/articles', draft), await two.post('/articles', draft)]).toEqual([401, 403]);
    await one.logIn('grace', 'hopper');
    await one.connectedAs('grace');
    expect(await one.post('/articles', { title: ' ', body: 'No title.' })).toBe(400);
    await one.publish('Mine to publish', 'Indeed.');
    await two.article('Mine to publish').waitFor();
    expect(await two.article(draft.title).count()).toBe(0);
  });

  it('ends cleanly on SIGTERM; its pages reconnect by themselves, as guests where the session is lost', async () => {
    await one.logIn('bob', 'bobsled');
    await Promise.all([one.connectedAs('bob'), two.connectedAs('a guest')]);
    expect(await demo.stop()).toBe(0);
    await Promise.all([one, two].map(({ page }) => page.locator('#connection[data-state=reconnecting]').waitFor()));

    demo = await DemoProcess.start({ PORT: new URL(demo.url).port });
    await Promise.all([one.connectedAs('a guest'), two.connectedAs('a guest')]);
    await one.page.getByRole('button', { name: 'Log in', exact: true }).waitFor();
  });
});
