// What does the door do without a registered SDK? Nothing that costs anything.
import { afterAll, describe, expect, it } from '@jest/globals';
import type { RealtimeHookEvents } from 'nestjs-realtime';
import { closeApps } from '../kit/boot.js';
import { bootTraced } from './traced-app.js';

const HOOKS: (keyof RealtimeHookEvents)[] = ['handled', 'broadcast', 'refused', 'overflowed', 'bridged'];

describe('nestjs-realtime/opentelemetry without an SDK', () => {
  afterAll(closeApps);

  it('listens to nothing, and everything works as without it', async () => {
    const app = await bootTraced();
    expect(HOOKS.filter((name) => app.hooks.hears(name))).toEqual([]);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const client = await app.connect({ as: 'ann', auth: { traceparent } });
    await client.subscribe('rooms.42');
    const message = { channel: 'rooms.42', event: 'say', payload: { text: 'a' }, traceparent };
    expect(await client.request('rt:message', message)).toEqual({ ok: true });
    expect(client.events).toEqual([{ channel: 'rooms.42', event: 'said', payload: { text: 'a' } }]);
    expect(await client.send('rooms.42', 'fail', { text: 'a' })).toMatchObject({ error: { code: 'INTERNAL' } });
  });
});
