// Who gets an event where a listener broadcasts in the middle of it, and where one event has a list, exceptions and one user?
import { afterEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { type EncodedEvent, IRealtimeServer } from 'nestjs-realtime/adapters';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';
import { DeafClient } from '../limits/deaf-client.js';
import { FAN_OUTS } from '../limits/fan-outs.js';

const message = z.object({ n: z.number(), text: z.string() });
const room = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'public',
  events: { message },
  slowConsumer: 'drop',
});
const inRoom = (roomId: string) => room.with({ roomId });

/** More than the fast path lets wait until the end of a turn, so it writes at once as well. */
const TEXT = 'x'.repeat(70_000);
/** 35 MB: more than any kernel takes for one client. */
const MOST_EVENTS = 500;

describe.each(FAN_OUTS)('the %s path', (fanOut) => {
  let app: TestApp;
  afterEach(closeApps);

  const start = async (): Promise<void> => {
    const realtime = RealtimeModule.forRoot({ fanOut, authenticator: KnownUsers, limits: { queuedBytes: 100_000 } });
    app = await boot({ imports: [realtime, RealtimeModule.forFeature([room])] });
  };
  const join = async (as: string, ...rooms: string[]): Promise<Client> => {
    const client = await app.connect({ as });
    for (const each of rooms) await client.subscribe(`rooms.${each}`);
    return client;
  };

  it('delivers a list once and never to an exception, though a listener of an overflow broadcasts meanwhile', async () => {
    await start();
    const member = await join('ann', '1', '2', 'side');
    const excluded = await join('bob', '1', '2', 'side');
    const except = [{ userId: 'bob' }];
    const deaf = await DeafClient.subscribed(app.url, 'rooms.1');
    let overflows = 0;
    app.hooks.on('overflowed', () => {
      overflows++;
      void app.broadcast(inRoom('side'), 'message', { n: -1, text: '' }, { except });
    });
    let sent = 0;
    while (overflows === 0 && sent < MOST_EVENTS) {
      await app.broadcast([inRoom('1'), inRoom('2')], 'message', { n: sent++, text: TEXT }, { except });
      await member.settle();
    }
    await Promise.all([member.settle(), excluded.settle()]);
    expect(overflows).toBe(1);
    const numbers = member.events.map(({ payload }) => (payload as { n: number }).n);
    expect(numbers.filter((n) => n >= 0)).toEqual([...Array(sent).keys()]);
    expect(numbers.filter((n) => n < 0)).toEqual([-1]);
    expect(excluded.events).toEqual([]);
    expect(app.stats().fanOut).toBe(fanOut);
    deaf.close();
  });

  it('gives an event for one user to its members once, under the first of the channels, without the exceptions', async () => {
    await start();
    const [first, second, both] = [await join('ann', '1'), await join('ann', '2'), await join('ann', '1', '2')];
    const excluded = await join('ann', '1', '2');
    const other = await join('bob', '1', '2');
    const clients = [first, second, both, excluded, other];
    const event: EncodedEvent = {
      channels: ['rooms.1', 'rooms.2'],
      event: 'message',
      json: '{}',
      to: { userId: 'ann' },
      except: [{ connectionId: excluded.socket.id! }],
    };
    expect(app.nest.get(IRealtimeServer).deliver(event)).toBe(3);
    await Promise.all(clients.map((client) => client.settle()));
    const heard = clients.map(({ events }) => events.map(({ channel }) => channel));
    expect(heard).toEqual([['rooms.1'], ['rooms.2'], ['rooms.1'], [], []]);
  });
});
