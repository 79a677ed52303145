import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { PollingClient } from '../limits/polling-client.js';
import { expectCalm } from './calm.js';
import { RawSocket } from './raw-socket.js';

const BYE = '42["rt:bye",{"code":"POLICY","reconnect":false}]';
/** Socket.IO's clients stay away after it. */
const DISCONNECT = '41';
const PLACEHOLDER = '{"_placeholder":true,"num":0}';

const BINARY: [title: string, packet: string | Buffer][] = [
  ['an event with an attachment', `451-["rt:message",${PLACEHOLDER}]`],
  ['an acked event with an attachment', `451-7["rt:message",${PLACEHOLDER}]`],
  ['an event with ten attachments', `4510-["rt:message",${PLACEHOLDER}]`],
  ['an event without attachments', '450-["rt:message"]'],
  ['an event for a namespace', `451-/x,["rt:message",${PLACEHOLDER}]`],
  ['an acknowledgement', `461-7[${PLACEHOLDER}]`],
  ['a header alone', '45'],
  ['a frame of bytes', Buffer.from([1, 2, 3])],
  ['an empty frame of bytes', Buffer.alloc(0)],
  ['an event as a frame of bytes', Buffer.from('42["nothing"]')],
  ['bytes as Base64', 'bAQID'],
];

describe('a binary packet', () => {
  let fixture: FixtureProcess;

  beforeAll(async () => {
    fixture = await FixtureProcess.start({
      REALTIME_OPTIONS: JSON.stringify({ transports: ['polling', 'websocket'] }),
    });
  });
  afterEach(async () => {
    await expectCalm(fixture);
  });
  afterAll(async () => {
    expect(await fixture.stop()).toBe(0);
  });

  it.each(BINARY)('closes the connection as POLICY: %s', async (_title, packet) => {
    const before = await fixture.stats();
    const socket = await RawSocket.connect(fixture);
    socket.send(packet);
    socket.send('421["rt:unsubscribe",{"channel":"t.public"}]');
    await socket.until(() => false);
    expect(socket.packets.slice(2)).toEqual([expect.stringContaining('rt:welcome'), BYE, DISCONNECT]);
    const after = await fixture.stats();
    expect(after.connections).toBe(before.connections);
    expect(after.refusals.BAD_REQUEST).toBe((before.refusals.BAD_REQUEST ?? 0) + 1);
  });

  it.each(BINARY)('closes the transport before CONNECT: %s', async (_title, packet) => {
    const socket = await RawSocket.open(fixture);
    socket.send(packet);
    socket.send('40');
    await socket.until(() => false);
    expect(socket.packets.filter((received) => received.startsWith('40'))).toEqual([]);
  });

  it.each(BINARY.filter(([, packet]) => typeof packet === 'string'))(
    'closes the connection by polling too: %s',
    async (_title, packet) => {
      const client = await PollingClient.connect(fixture);
      await client.post([packet as string, '421["rt:unsubscribe",{"channel":"t.public"}]']);
      const received = await client.poll();
      expect(received).toContain(BYE);
      expect(received).not.toContain('431');
      expect(await client.poll()).toContain('1');
    },
  );
});
