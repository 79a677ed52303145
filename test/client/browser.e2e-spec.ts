// Does the client work in a browser, bundled as an application would bundle it?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
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
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  }, 30_000);

  it('finds the server of its page, receives events, is refused and reconnects', async () => {
    server.on('rt:message', () =>
      refuse('INVALID_PAYLOAD', false, { issues: [{ path: 'text', message: 'Too short' }] }),
    );
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
  }, 30_000);
});
