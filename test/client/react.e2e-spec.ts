// Do the hooks follow a channel over losses, gaps and pages rendered before? In Chromium, in strict mode.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { ScriptedLog } from '../../libs/client/test/scripted-log.js';
import { memberOf, ScriptedMembers } from '../../libs/client/test/scripted-members.js';
import { refuse, ScriptedServer } from '../../libs/client/test/scripted-server.js';
import { launchChromium } from '../chromium/launch-chromium.js';
import type { Shown } from './react-page.js';

describe('the hooks', () => {
  let browser: Browser;
  let script: string;
  let server: ScriptedServer;
  let log: ScriptedLog;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: ['test/client/react-page.ts'],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      tsconfig: 'tsconfig.json',
      define: { 'process.env.NODE_ENV': '"development"' },
      write: false,
    });
    script = outputFiles[0].text;
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    server.serve(`<!doctype html><body><div id="root"></div><script type="module">${script}</script></body>`);
    log = new ScriptedLog(server);
    page = await browser.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'connected', exact: true }).waitFor();
  });
  afterEach(async () => {
    await page.close();
    await server.close();
    expect(complaints.filter((line) => !line.includes('favicon') && !line.includes('DevTools'))).toEqual([]);
  });

  const show = (...shown: readonly Shown[]) => page.evaluate((each) => (globalThis as any).show(each), shown as never);
  const sees = (text: string) => page.getByText(text, { exact: true }).waitFor();
  const told = (): Promise<string[]> => page.evaluate(() => (globalThis as any).log);
  /** What the next loads of the state answer, once the test says so. */
  const loading = () =>
    page.evaluate(() => {
      const held = globalThis as any;
      held.answers.load = () => new Promise((resolve, reject) => Object.assign(held, { resolve, reject }));
    });
  async function cut(): Promise<void> {
    const { length } = server.requests;
    server.drop();
    await server.until(() => server.requests.length > length);
  }

  it('subscribe once for all components, go on from a position, and leave with the last of them', async () => {
    log.publish(3);
    const since = { epoch: 'e1', offset: 1 };
    await show({ kind: 'listener', since }, { kind: 'listener', since });
    await page.waitForFunction(() => (globalThis as any).log.length === 4);
    expect((await told()).map((line) => line.split(' ')[0]).sort()).toEqual(['e1:2', 'e1:2', 'e1:3', 'e1:3']);
    expect(await page.getByText('subscribed false 2').count()).toBe(2);
    expect(log.asked).toEqual([{ channel: 'a', recover: since }]);
    expect(server.handshakes).toHaveLength(1);
    await show();
    await server.heard('rt:unsubscribe');
  });

  it('call the newest listener, and go on after a loss without a gap', async () => {
    await show({ kind: 'listener' });
    await sees('subscribed false 0');
    log.publish();
    await page.waitForFunction(() => (globalThis as any).log.length === 1);
    log.append();
    await cut();
    await sees('subscribed false 1');
    await page.waitForFunction(() => (globalThis as any).log.length === 2);
    expect(await told()).toEqual(['e1:1', 'e1:2'].map((name) => `${name} while subscribed`));
  });

  it.each<[string, Shown, string]>([
    ['a page that is older than the log', { kind: 'listener', since: { epoch: 'e0', offset: 1 } }, 'subscribed true 0'],
    ['a channel without history, after a loss', { kind: 'plain' }, 'plain subscribed'],
  ])('tell of a gap: %s', async (_what, shown, text) => {
    await show(shown);
    await sees(text);
    if (shown.kind === 'plain') await cut();
    await page.waitForFunction(() => (globalThis as any).log.length > 0);
    expect(await told()).toEqual(['gap']);
  });

  it('tell of a gap once where a component joins others with a position of another log', async () => {
    log.publish(2);
    await show({ kind: 'listener' });
    await sees('subscribed false 0');
    const since = { epoch: 'e0', offset: 1 };
    await show({ kind: 'listener' }, { kind: 'listener', since }, { kind: 'initial', since });
    await sees('live loaded');
    log.publish();
    await page.waitForFunction(() => (globalThis as any).log.some((line: string) => line.startsWith('e1:3')));
    expect((await told()).filter((line) => line === 'gap')).toHaveLength(1);
  });

  it('go on where they were when they are shown again, or tell of a gap', async () => {
    for (const isHidden of [false, true, false]) {
      const requests = server.requests.length;
      if (!isHidden && requests > 0) log.append();
      await show({ kind: 'listener', isHidden }, { kind: 'plain', isHidden });
      await server.until(() => server.requests.length > requests);
      if (!isHidden) await sees('plain subscribed');
    }
    await sees('subscribed false 1');
    await page.waitForFunction(() => (globalThis as any).log.length === 2);
    expect((await told()).sort()).toEqual(['e1:1 while subscribed', 'gap']);
  });

  it('show the members of a channel to all components, also over a loss', async () => {
    const there = new ScriptedMembers(server, 'lobby');
    there.change([memberOf('ada', 1), memberOf('bob', 2)]);
    await show({ kind: 'members' });
    await sees('members ada bob');
    there.change([memberOf('kim', 3)], ['ada']);
    await sees('members bob kim');
    await show({ kind: 'members' }, { kind: 'members' });
    await page.waitForFunction(() => document.querySelectorAll('p').length === 2);
    await page.waitForFunction(() =>
      [...document.querySelectorAll('p')].every(({ textContent }) => textContent === 'members bob kim'),
    );
    const renders = (await told()).length;
    await cut();
    there.change([], ['bob']);
    await page.waitForFunction(() =>
      [...document.querySelectorAll('p')].every(({ textContent }) => textContent === 'members kim'),
    );
    // Strict mode renders each component twice, and the list is another one once.
    expect((await told()).slice(renders)).toHaveLength(4);
    expect(server.bodies('rt:subscribe')).toHaveLength(2);
    await show({ kind: 'members', isHidden: true });
    await server.heard('rt:unsubscribe');
    await show({ kind: 'members' });
    await sees('members kim');
    await show({ kind: 'none' });
  });

  it('tell nothing more to a component that is gone, while its parent goes on', async () => {
    new ScriptedMembers(server, 'lobby');
    await show({ kind: 'members' });
    await server.heard('rt:subscribe');
    await sees('members');
    await show({ kind: 'members', isAlone: true });
    await sees('alone');
    server.socket.emit('rt:event', 'lobby', 'said', 'one');
    await page.waitForFunction(() => (globalThis as any).log.includes('parent one'));
    await show({ kind: 'members' });
    await sees('members');
    server.socket.emit('rt:event', 'lobby', 'said', 'two');
    await page.waitForFunction(() => (globalThis as any).log.includes('parent two'));
    expect((await told()).filter((line) => line.startsWith('child'))).toEqual(['child two']);
  });

  it('do nothing where no channel is wanted now', async () => {
    await show({ kind: 'none' });
    await sees('null idle');
    await show({ kind: 'listener' });
    await sees('subscribed false 0');
    expect(server.bodies('rt:subscribe')).toHaveLength(1);
  });

  it('load a state, keep events for it, keep it over a loss, and load it again after a gap', async () => {
    await loading();
    await show({ kind: 'loaded' });
    await page.waitForFunction(() => (globalThis as any).resolve);
    log.publish();
    await sees('loading');
    await page.evaluate(() => (globalThis as any).resolve(['zero']));
    await sees('live zero e1:1');
    log.append();
    await cut();
    await sees('live zero e1:1 e1:2');
    expect(await told()).toEqual(['load']);
    log.lost = log.append();
    log.append();
    await cut();
    await sees('stale zero e1:1 e1:2');
    await page.evaluate(() => (globalThis as any).resolve(['four']));
    await sees('live four');
    log.publish();
    await sees('live four e1:5');
    expect((await told()).filter((line) => line === 'load')).toHaveLength(2);
  });

  it('say why a state could not be loaded, and load it again when they are asked to', async () => {
    await page.evaluate(() => {
      (globalThis as any).answers.load = () => Promise.reject(new Error('No database'));
    });
    await show({ kind: 'loaded' });
    await sees('failed INTERNAL');
    await loading();
    await page.getByText('reload').click();
    await sees('loading');
    await page.evaluate(() => (globalThis as any).resolve(['one']));
    await sees('live one');
  });

  it('take the state of a page with its position, and load it again only after a gap', async () => {
    log.publish(2);
    await show({ kind: 'initial', since: { epoch: 'e1', offset: 1 } });
    await sees('live initial e1:2');
    expect(await told()).toEqual([]);
    log.reset();
    await cut();
    await sees('live loaded');
  });

  it('load a state that a page has given without a position', async () => {
    await show({ kind: 'initial' });
    await sees('live loaded');
  });

  it('give a component that comes later the snapshot of the channel, and the others nothing twice', async () => {
    await show({ kind: 'snapshot' });
    await server.heard('rt:subscribe');
    log.emit('rt:event', 'snapshot', ['sent']);
    log.publish();
    await page.getByText('live sent e1:1', { exact: true }).waitFor();
    server.on('rt:subscribe', ({ reply, socket }) => {
      reply({ ok: true, channel: 'a', position: { epoch: 'e1', offset: 0 }, sinceSnapshot: 1 });
      socket.emit('rt:event', 'a', 'snapshot', ['sent again']);
      socket.emit('rt:event', 'a', 'said', 'e1:1', 1);
    });
    await show({ kind: 'snapshot' }, { kind: 'snapshot' });
    await page.getByText('live sent again e1:1', { exact: true }).waitFor();
    await page.getByText('live sent e1:1', { exact: true }).waitFor();
    expect(log.asked).toHaveLength(2);
  });

  it('take the snapshot that the channel sends, before its events', async () => {
    await show({ kind: 'snapshot' });
    await sees('loading');
    await server.heard('rt:subscribe');
    log.emit('rt:event', 'snapshot', ['sent']);
    log.publish();
    await sees('live sent e1:1');
  });

  it('go on after a login with a channel that was refused before', async () => {
    server.on('rt:subscribe', () => refuse('UNAUTHENTICATED', false));
    await show({ kind: 'listener' }, { kind: 'loaded' });
    await sees('ended');
    await sees('failed UNAUTHENTICATED');
    server.on('rt:subscribe', (request) => log.answer(request));
    await page.evaluate(() => (globalThis as any).client.authenticate());
    await sees('subscribed false 0');
    await sees('live loaded');
    log.publish();
    await sees('live loaded e1:1');
    expect(await told()).toEqual(['load', 'e1:1 while subscribed']);
  });

  it('give up what they load when the component goes away', async () => {
    await loading();
    await show({ kind: 'loaded' });
    await page.waitForFunction(() => (globalThis as any).resolve);
    await show();
    await page.waitForFunction(() => (globalThis as any).log.includes('aborted'));
  });
});
