import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { ScriptedLog } from '../test/scripted-log.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { createRealtimeClient, type RealtimeClient } from './index.js';

const room = defineRealtimeChannel({ name: 'a', scope: 'public', events: { said: z.string() }, history: true });

describe('history()', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;
  beforeEach(async () => {
    server = await ScriptedServer.listen();
    client = createRealtimeClient({ url: server.url });
    new ScriptedLog(server);
  });
  afterEach(async () => {
    client.disconnect();
    await server.close();
  });

  it('reads a page, once the channel is subscribed', async () => {
    const page = {
      events: [{ offset: 2, event: 'said', payload: 'two' }],
      position: { epoch: 'e1', offset: 4 },
    };
    server.on('rt:history', () => ({ ok: true, ...page }));
    const handle = client.channel(room);
    expect(await handle.history({ since: { epoch: 'e1', offset: 1 }, limit: 1 })).toEqual(page);
    await handle.history();
    expect(server.bodies('rt:history')).toEqual([
      { channel: 'a', since: { epoch: 'e1', offset: 1 }, limit: 1 },
      { channel: 'a' },
    ]);
    expect(handle.position).toEqual({ epoch: 'e1', offset: 0 });
  });

  it('rejects with the refusal of the server, after its timeout and with its signal', async () => {
    const handle = client.channel(room);
    server.on('rt:history', () => refuse('UNAVAILABLE', true));
    await expect(handle.history()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    server.on('rt:history', () => undefined);
    await expect(handle.history({ timeout: 5 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(handle.history({ signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    handle.unsubscribe();
    await expect(handle.history()).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it.each([
    {},
    { events: [] },
    { events: {}, position: { epoch: 'e1', offset: 1 } },
    { events: [], position: { epoch: 'e1', offset: -1 } },
  ])('rejects where the server answers %j', async (answer) => {
    server.on('rt:history', () => ({ ok: true, ...answer }));
    await expect(client.channel(room).history()).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
