// Do the readers of an article see each other come, go and type?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../chromium/launch-chromium.js';
import { DemoProcess } from './demo-process.js';
import { Member } from './member.js';
import { Reader } from './reader.js';

const TITLE = 'Read by two';

describe('the readers of an article, in two browsers', () => {
  let demo: DemoProcess;
  let browser: Browser;
  let ada: Reader;
  let bob: Reader;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([DemoProcess.start(), launchChromium()]);
    const author = await Member.logIn(demo.url, 'grace', 'hopper');
    for (const title of [TITLE, 'Another one']) await author.ask('POST', '/articles', { title, body: 'At once.' });
  });

  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  });

  beforeEach(async () => {
    [ada, bob] = await Promise.all([Reader.open(browser, demo.url), Reader.open(browser, demo.url)]);
    await Promise.all([ada.logIn('ada', 'lovelace'), bob.logIn('bob', 'bobsled')]);
    await Promise.all([ada.connectedAs('ada'), bob.connectedAs('bob')]);
  });

  afterEach(async () => {
    expect([...ada.complaints, ...bob.complaints]).toEqual([]);
    // They leave at once, so that the next test starts without them.
    await Promise.all([ada.logOut(), bob.logOut()]);
    await Promise.all([ada.context.close(), bob.context.close()]);
  });

  async function bothRead(): Promise<void> {
    await ada.toggleReaders(TITLE);
    await ada.seesReaders(TITLE, ['Ada (you)']);
    await bob.toggleReaders(TITLE);
    await Promise.all([ada.seesReaders(TITLE, ['Ada (you)', 'Bob']), bob.seesReaders(TITLE, ['Ada', 'Bob (you)'])]);
  }

  it('see each other come and go, with one entry for each user', async () => {
    await bothRead();
    expect(await ada.page.locator('#announcer').textContent()).toBe('Reading now: Ada (you), Bob');
    const alsoAda = await ada.context.newPage();
    await alsoAda.goto('/');
    await alsoAda.locator('#feed li', { hasText: TITLE }).getByText('Who else reads this?').click();
    await alsoAda.getByRole('list', { name: 'Reading now' }).getByText('Bob').waitFor();
    // A page of Ada closes the article; another one has it open.
    await ada.toggleReaders(TITLE);
    await bob.toggleReaders('Another one');
    await bob.seesReaders('Another one', ['Bob (you)']);
    await bob.seesReaders(TITLE, ['Ada', 'Bob (you)']);
    await alsoAda.locator('#feed li', { hasText: TITLE }).getByText('Who else reads this?').click();
    await bob.seesReaders(TITLE, ['Bob (you)']);
    await ada.toggleReaders(TITLE);
    await ada.seesReaders(TITLE, ['Bob', 'Ada (you)']);
    await bob.logOut();
    await bob.article(TITLE).getByText('Log in to see who reads this article').waitFor();
    await ada.seesReaders(TITLE, ['Ada (you)']);
    await bob.logIn('bob', 'bobsled');
    await ada.seesReaders(TITLE, ['Ada (you)', 'Bob']);
  });

  it('see each other type, until the comment is there, or nothing is typed for a few seconds', async () => {
    await bothRead();
    const [adas, bobs] = [ada, bob].map((reader) => reader.article(TITLE).locator('.typing'));
    await bob.comment(TITLE).pressSequentially('Well');
    await adas.getByText('Bob is typing …').waitFor();
    expect(await bobs.textContent()).toBe('');
    await bob.comment(TITLE).press('Enter');
    await ada.article(TITLE).locator('.comments', { hasText: 'Bob Well' }).waitFor();
    expect(await adas.textContent()).toBe('');

    await ada.comment(TITLE).pressSequentially('Indeed');
    await bobs.getByText('Ada is typing …').waitFor();
    await bobs.getByText('Ada is typing …').waitFor({ state: 'detached' });
    expect(await bob.article(TITLE).locator('.comments').textContent()).toBe('Bob Well');

    await ada.comment(TITLE).pressSequentially('!');
    await bobs.getByText('Ada is typing …').waitFor();
    await ada.toggleReaders(TITLE);
    await bob.seesReaders(TITLE, ['Bob (you)']);
    expect(await bobs.textContent()).toBe('');
  });

  it('are known to users alone', async () => {
    await bob.logOut();
    await bob.connectedAs('a guest');
    await Promise.all([ada.toggleReaders(TITLE), bob.toggleReaders(TITLE)]);
    await ada.seesReaders(TITLE, ['Ada (you)']);
    await bob.article(TITLE).getByText('Log in to see who reads this article').waitFor();
    expect(await bob.article(TITLE).getByRole('list', { name: 'Reading now' }).isVisible()).toBe(false);
    await bob.logIn('bob', 'bobsled');
    await Promise.all([ada.seesReaders(TITLE, ['Ada (you)', 'Bob']), bob.seesReaders(TITLE, ['Ada', 'Bob (you)'])]);
  });
});
