// Is the list of an article's readers right on three nodes, while nodes are killed?
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../chromium/launch-chromium.js';
import { ClusterProcess } from './cluster-process.js';
import { Member } from './member.js';
import type { Reader } from './reader.js';
import { openOnEachNode } from './spread.js';

const TITLE = 'Read by three';
/** What docs/presence.md promises of a killed node, in milliseconds: its lease, and two beats. */
const BOUND = 14_000;

let cluster: ClusterProcess;
let browser: Browser;

beforeAll(async () => {
  cluster = await ClusterProcess.start();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  expect(await cluster?.stop()).toBe(0);
});

/** From now on, the page remembers each list of readers that it shows. */
const remember = ({ page }: Reader): Promise<void> =>
  page.evaluate(() => {
    const list = document.querySelector('details[open] .here')!;
    const shown: string[] = ((globalThis as any).shown = []);
    new MutationObserver(() => shown.push([...list.children].map((item) => item.textContent).join())).observe(list, {
      childList: true,
    });
  });
const remembered = ({ page }: Reader): Promise<string[]> => page.evaluate(() => (globalThis as any).shown);

it('a reader whose node is killed stays in every list, and one who does not come back is gone from every list in time', async () => {
  const author = await Member.logIn(cluster.url, 'ada', 'lovelace');
  await author.ask('POST', '/articles', { title: TITLE, body: 'text' });
  const [ada, bob, grace] = await openOnEachNode(cluster, browser, ['ada', 'bob', 'grace']);
  for (const [index, { reader }] of [ada, bob, grace].entries()) {
    await reader.toggleReaders(TITLE);
    await ada.reader.seesReaders(TITLE, ['Ada (you)', 'Bob', 'Grace'].slice(0, index + 1));
  }
  await bob.reader.seesReaders(TITLE, ['Ada', 'Bob (you)', 'Grace']);
  await grace.reader.seesReaders(TITLE, ['Ada', 'Bob', 'Grace (you)']);
  await remember(ada.reader);

  process.kill(bob.node.pid, 'SIGKILL');
  await bob.reader.page.locator('#connection[data-state=reconnecting]').waitFor();
  await bob.reader.connectedAs('bob');
  // A comment of Bob shows that another node has them as a subscriber.
  await bob.reader.comment(TITLE).fill('I am back');
  await bob.reader.comment(TITLE).press('Enter');
  await ada.reader.article(TITLE).getByText('Bob I am back').waitFor();

  // The node stops first, so that it cannot tell the others that the browser has gone.
  process.kill(grace.node.pid, 'SIGSTOP');
  await grace.reader.context.close();
  process.kill(grace.node.pid, 'SIGKILL');
  await Promise.all([
    ada.reader.seesReaders(TITLE, ['Ada (you)', 'Bob'], BOUND),
    bob.reader.seesReaders(TITLE, ['Ada', 'Bob (you)'], BOUND),
  ]);
  // The lease of Bob's first node has ended as well, and has changed nothing.
  expect(await remembered(ada.reader)).toEqual(['Ada (you),Bob']);
  expect([...ada.reader.complaints, ...bob.reader.complaints]).toEqual([]);
});
