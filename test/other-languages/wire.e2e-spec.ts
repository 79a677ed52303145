// What does docs/protocol.md say of Socket.IO packets that end a connection? Tried with packets by hand.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RealtimeModule } from 'nestjs-realtime';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { RawSocket } from '../kit/raw-socket.js';
import { until } from '../kit/until.js';

const RESERVED = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];

describe('a connection ends without an answer', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await boot({ imports: [RealtimeModule.forRoot()] });
  });
  afterAll(closeApps);

  it.each(['41', ...RESERVED.map((name) => `421${JSON.stringify([name, {}])}`)])('after %s', async (packet) => {
    const raw = await RawSocket.open(app.url);
    raw.send('40');
    await until(
      () => raw.packets,
      ({ length }) => length === 3,
    );
    raw.send(packet, '422["rt:subscribe",{"channel":"x"}]');
    await raw.closed;
    expect(raw.packets.map((each) => each.slice(0, 14))).toEqual([
      expect.stringMatching(/^0/),
      expect.stringMatching(/^40/),
      '42["rt:welcome',
    ]);
  });
});
