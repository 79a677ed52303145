// Does the client work in a browser, bundled as an application would bundle it?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { ScriptedLog } from '../../libs/client/test/scripted-log.js';
import { refuse, ScriptedServer } from '../../libs/client/test/scripted-server.js';
import { launchChromium } from '../chromium/launch-chromium.js';

const PAGE = `
  import { createRealtimeClient } from '@nestjs-realtime/client';
  const show = (line) => document.body.append(line + ';');
  const client = createRealtimeClient({ retryDelay: 5, auth: () => ({ token: 't' }) });
  client.onStatus(({ state }) => show(state));
  const order = client.channel('orders.{orderId}', { orderId: '42' });
  (async () => {
    for await (const { at } of order.events('shipped')) show('shipped ' + at);
  })();
  order.send('addNote', { text: 'x' }).catch(({ code, issues }) => show(code + ' ' + issues[0].path));
  globalThis.room = (since) => {
    const room = client.channel('room', {}, { since });
    room.on('said', show);
    room.onStatus(({ state, gap, replayed }) => show(state === 'subscribed' ? 'gap ' + gap + ' replayed ' + replayed : state));
  };
`;

describe('the client in a browser', () => {
  let server: ScriptedServer;
  let browser: Browser;

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: PAGE, resolveDir: process.cwd() },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      tsconfig: 'tsconfig.json',
      write: false,
    });
    server = (await ScriptedServer.listen()).serve(
      `<body><script type="module">${outputFiles[0].text}</script></body>`,
    );
    server.on('rt:message', () =>
      refuse('INVALID_PAYLOAD', false, { issues: [{ path: 'text', message: 'Too short' }] }),
    );
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('finds the server of its page, receives events, is refused and reconnects', async () => {
    const page = await browser.newPage();
    const complaints: unknown[] = [];
    page.on('pageerror', (error) => complaints.push(error));
    await page.goto(server.url);
    await page.getByText('connected;INVALID_PAYLOAD text;').waitFor();
    expect(server.handshakes).toMatchObject([{ auth: { token: 't' } }]);
    server.drop();
    await server.heard('rt:subscribe', 2);
    server.socket.emit('rt:event', 'orders.42', 'shipped', { at: 'noon' });
    await page.getByText('reconnecting;connected;shipped noon;').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('goes on from the position of a page, and from where it was when it was lost', async () => {
    const log = new ScriptedLog(server, 'room');
    log.publish(3);
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.getByText('connected;INVALID_PAYLOAD text;').waitFor();
    await page.evaluate((since) => (globalThis as any).room(since), { epoch: 'e1', offset: 1 });
    await page.getByText('gap false replayed 2;e1:2;e1:3;').waitFor();
    log.publish();
    await page.getByText('e1:3;e1:4;').waitFor();
    server.drop();
    for (let missed = 0; missed < 2; missed++) log.append();
    await page.getByText('e1:4;subscribing;reconnecting;connected;gap false replayed 2;e1:5;e1:6;').waitFor();
    await page.close();
  });
});
