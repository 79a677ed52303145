import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../chromium/launch-chromium.js';
import { DemoProcess } from './demo-process.js';
import { Member } from './member.js';
import { Reader } from './reader.js';

describe('roles, in the browsers of an admin and of other users', () => {
  let demo: DemoProcess;
  let browser: Browser;
  let ada: Member;
  let admin: Reader;
  let other: Reader;
  /** What the other page has loaded or connected to since its user logged in. */
  let reloads: string[];

  beforeAll(async () => {
    [demo, browser] = await Promise.all([DemoProcess.start(), launchChromium()]);
    ada = await Member.logIn(demo.url, 'ada', 'lovelace');
  });

  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  });

  beforeEach(async () => {
    [admin, other] = await Promise.all([Reader.open(browser, demo.url), Reader.open(browser, demo.url)]);
    await Promise.all([admin.logIn('ada', 'lovelace'), other.logIn('bob', 'bobsled')]);
    await Promise.all([admin.connectedAs('ada'), other.connectedAs('bob')]);
    reloads = [];
    other.page.on('websocket', (socket) => reloads.push(socket.url()));
    other.page.on('framenavigated', (frame) => reloads.push(frame.url()));
  });

  afterEach(async () => {
    expect([...admin.complaints, ...other.complaints]).toEqual([]);
    await Promise.all([admin.context.close(), other.context.close()]);
    for (const role of ['admin', 'editor']) await ada.change('DELETE', 'bob', role);
    await ada.change('DELETE', 'grace', 'reader');
    await ada.change('PUT', 'grace', 'editor');
  });

  it('a new editor whose page is open may publish and speak at once', async () => {
    const { page } = other;
    await page.getByText('For editors: log in as ada or grace').waitFor();
    await admin.box('Bob', 'editor').check();
    await page.getByText('Ada gave you the role editor.').waitFor();
    await page.locator('#account-roles', { hasText: 'editor, reader' }).waitFor();
    await other.publish('By Bob', 'Who was a reader a moment ago.');
    await admin.article('By Bob').waitFor();
    await other.say('Good morning!');
    await admin.remark('Bob Good morning!').waitFor();
    expect(reloads).toEqual([]);
  });

  it('a lost role ends the channel and the form that it opened, and the page says so', async () => {
    const { page } = other;
    await admin.box('Bob', 'editor').check();
    await other.say('Good morning!');
    await other.remark('Good morning!').waitFor();

    await admin.box('Bob', 'editor').uncheck();
    await page.getByText('The server has closed the newsroom to you (REVOKED): it is for editors.').waitFor();
    await page.getByText('Ada took the role editor from you.').waitFor();
    await page.getByText('Bob is not an editor; only editors publish.').waitFor();
    expect(await page.getByRole('button', { name: /^Publish/ }).isVisible()).toBe(false);
    expect(await other.remark('Good morning!').count()).toBe(0);
    expect(await other.post('/articles', { title: 'Too late', body: 'By now.' })).toBe(403);

    await admin.box('Bob', 'editor').check();
    await other.say('Back again!');
    await admin.remark('Back again!').waitFor();
    expect(reloads).toEqual([]);
  });

  it('an admin sees the roles as they are now, while the user is an admin', async () => {
    const { page } = other;
    expect(await page.getByRole('heading', { name: 'Who may do what' }).isVisible()).toBe(false);
    expect(await page.getByRole('link', { name: 'Live dashboard' }).isVisible()).toBe(false);
    await admin.box('Bob', 'admin').check();
    await page.getByRole('link', { name: 'Live dashboard' }).waitFor();
    expect(await other.box('Grace', 'editor').isChecked()).toBe(true);

    await admin.box('Grace', 'editor').uncheck();
    await page.locator('#administration-news', { hasText: 'Ada took the role editor from Grace.' }).waitFor();
    expect(await other.box('Grace', 'editor').isChecked()).toBe(false);
    await other.box('Grace', 'reader').check();
    await admin.page.locator('#administration-news', { hasText: 'Bob gave Grace the role reader.' }).waitFor();
    expect(await admin.box('Grace', 'reader').isChecked()).toBe(true);

    await admin.box('Bob', 'admin').uncheck();
    await page.getByText('The server has closed this channel to you (REVOKED): it is for admins.').waitFor();
    await page.getByRole('link', { name: 'Live dashboard' }).waitFor({ state: 'hidden' });
    expect(await page.locator('#users li').count()).toBe(0);
  });

  it('an admin cannot take the own role away: the checkbox is ticked again', async () => {
    await admin.box('Ada', 'admin').click();
    await admin.page.getByText('You cannot take the role admin away from yourself; another admin can.').waitFor();
    expect(await admin.box('Ada', 'admin').isChecked()).toBe(true);
    await admin.box('Grace', 'reader').check();
    await admin.page.locator('#administration-news', { hasText: 'Ada gave Grace the role reader.' }).waitFor();
  });

  it('a role leaves nothing on the page for the next user who logs in', async () => {
    await admin.box('Bob', 'admin').check();
    await other.box('Grace', 'editor').waitFor();
    await admin.box('Bob', 'admin').uncheck();
    await other.page.getByText('closed this channel to you').waitFor();
    await other.logOut();
    await other.connectedAs('a guest');
    expect(await other.page.getByRole('heading', { name: 'Who may do what' }).isVisible()).toBe(false);
    expect(await other.page.locator('#account-news').textContent()).toBe('');
    await other.page.getByText('log in as ada to try it').waitFor();
  });
});
