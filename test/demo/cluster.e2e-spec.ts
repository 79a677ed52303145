// Do three open tabs on three nodes miss anything while one of the nodes is killed?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../chromium/launch-chromium.js';
import { range } from '../history/reader.js';
import { until } from '../kit/until.js';
import { ClusterProcess } from './cluster-process.js';
import { Member } from './member.js';
import type { Reader } from './reader.js';
import { openOnEachNode } from './spread.js';

const ARTICLES = 15;

describe('the demo on three nodes', () => {
  let cluster: ClusterProcess;
  let browser: Browser;
  const readers: Reader[] = [];

  beforeAll(async () => {
    cluster = await ClusterProcess.start();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    expect(await cluster?.stop()).toBe(0);
    expect(cluster?.said).toHaveLength(1);
  });

  /** A request may meet the node that dies; then the author sends the article again, and it has been stored once or twice. */
  async function publish(ada: Member, title: string): Promise<void> {
    const isStored = async () => {
      try {
        return (await ada.ask('POST', '/articles', { title, body: 'text' })).status === 201;
      } catch {
        return false;
      }
    };
    await until(isStored, Boolean);
  }

  /** Without the articles that came with the application. */
  const titlesOf = async (reader: Reader) =>
    (await reader.page.locator('#feed h3').allTextContents()).filter((title) => title.startsWith('Article '));

  it('shows every article in every tab while a node is killed, without a reload', async () => {
    for (const { reader } of await openOnEachNode(cluster, browser, ['a guest', 'a guest', 'a guest']))
      readers.push(reader);
    for (const { page } of readers) await page.evaluate(() => void ((globalThis as any).isThisLoad = true));
    const ada = await Member.logIn(cluster.url, 'ada', 'lovelace');
    const titles = range(1, ARTICLES).map((n) => `Article ${n}`);
    for (const [index, title] of titles.entries()) {
      if (index === 5) process.kill(cluster.nodes[1].pid, 'SIGKILL');
      await publish(ada, title);
    }
    for (const reader of readers) {
      const shown = await until(
        () => titlesOf(reader),
        (all) => new Set(all).size === ARTICLES,
      );
      expect([...new Set(shown)]).toEqual([...titles].reverse());
      expect(await reader.page.evaluate(() => (globalThis as any).isThisLoad)).toBe(true);
      expect(reader.complaints).toEqual([]);
    }
  });

  it('notifies a user through the worker, whichever node they are on', async () => {
    const [bob] = readers;
    await bob.logIn('bob', 'bobsled');
    await bob.connectedAs('bob');
    await publish(await Member.logIn(cluster.url, 'ada', 'lovelace'), 'For Bob');
    await bob.notice('Ada published “For Bob”.').waitFor();
  });
});
