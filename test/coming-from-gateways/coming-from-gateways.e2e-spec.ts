// Does a client that was written for a raw gateway go on working when the gateway is replaced?
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { INestApplication, Type } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { Test } from '@nestjs/testing';
import { type Transcript, UploadClient } from './client.js';
import { GatewayApp } from './gateway-app.js';
import { RealtimeApp } from './realtime-app.js';
import { Notifier } from './sessions.js';

const open: { close(): unknown }[] = [];

async function start(module: Type): Promise<{ notifier: Notifier; enter(token: string): Promise<UploadClient> }> {
  const testing = await Test.createTestingModule({ imports: [module] }).compile();
  const app: INestApplication = testing.createNestApplication({ logger: false });
  app.useWebSocketAdapter(new IoAdapter(app));
  await app.listen(0, '127.0.0.1');
  open.unshift(app);
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  const enter = async (token: string): Promise<UploadClient> => {
    const client = new UploadClient(`http://127.0.0.1:${port}`, token);
    open.unshift({ close: () => client.socket.disconnect() });
    await client.connected();
    // The first event that a client is sure to hear: before it, the server may still be subscribing it.
    expect(await client.say('hello')).toEqual({ seen: true });
    return client;
  };
  return { notifier: app.get(Notifier), enter };
}

/** One scenario, as each client hears it. */
async function transcripts(module: Type): Promise<Record<string, Transcript>> {
  const { notifier, enter } = await start(module);
  const ann = await enter('ann-1');
  const annsTablet = await enter('ann-2');
  const bob = await enter('bob-1');
  await notifier.uploaded('ann', 'report.pdf');
  await notifier.expired('ann-2');
  await notifier.refresh();
  await annsTablet.hears(4);
  expect(await bob.say('thanks')).toEqual({ seen: true });
  return { ann: await ann.hears(5), annsTablet: await annsTablet.hears(5), bob: await bob.hears(1) };
}

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

describe('a client of a raw gateway', () => {
  it('hears from both servers the same events, in the same order, with the same arguments', async () => {
    const before = await transcripts(GatewayApp);
    const after = await transcripts(RealtimeApp);
    expect(after).toEqual(before);
    expect(after).toEqual({
      ann: [
        ['chat message', { text: 'hello' }],
        ['chat message', { text: 'hello' }],
        ['on_upload_success', { file: 'report.pdf' }],
        ['refresh'],
        ['chat message', { text: 'thanks' }],
      ],
      annsTablet: [
        ['chat message', { text: 'hello' }],
        ['on_upload_success', { file: 'report.pdf' }],
        ['session_expired'],
        ['refresh'],
        ['chat message', { text: 'thanks' }],
      ],
      bob: [['refresh']],
    });
  });

  it('gains the gates: what the raw gateway forwarded unchecked is refused to its acknowledgement', async () => {
    const { enter } = await start(RealtimeApp);
    const ann = await enter('ann-1');
    expect(await ann.socket.emitWithAck('chat message', { text: { $ne: null } })).toMatchObject({
      ok: false,
      error: { code: 'INVALID_PAYLOAD' },
    });
    expect(await ann.socket.emitWithAck('no such message', {})).toMatchObject({ error: { code: 'BAD_REQUEST' } });
    await expect(enter('forged')).rejects.toThrow('Authentication is required.');
  });
});
