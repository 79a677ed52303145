import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { expectCalm, expectNoStall } from './calm.js';
import { RawSocket } from './raw-socket.js';

const PLACEHOLDER = '{"_placeholder":true,"num":0}';

/** Frames that no client library writes; a server may answer, ignore or hang up, and must live on. */
const FRAMES: [title: string, frames: (string | Buffer)[]][] = [
  ['an empty frame', ['']],
  ['an unknown packet type', ['9']],
  ['a ping from the client', ['2probe']],
  ['an upgrade without a request', ['5']],
  ['an event without a name', ['42[]']],
  ['an event that is no array', ['42{}', '42"x"', '42null', '421']],
  ['an event with broken JSON', ['42["rt:subscribe",{"channel":']],
  ['an event named by a number', ['42[1,{"channel":"t.auth"}]', '421[1,{"channel":"t.auth"}]']],
  ['an event named by null', ['42[null]']],
  ['an event named by an object', ['42[{"toString":"x"}]']],
  ['reserved event names', ['42["disconnect"]', '42["connect"]', '42["newListener"]', '42["disconnecting"]']],
  ['an event called error', ['42["error"]', '42["error","x"]', '42["error",{"message":"x"}]']],
  ['an ack id beyond all numbers', ['4299999999999999999999["rt:subscribe",{"channel":"t.public"}]']],
  ['a negative ack id', ['42-1["rt:subscribe",{"channel":"t.public"}]']],
  ['an ack of nothing', ['430[]', '43999["x"]', '43[]']],
  ['a second CONNECT', ['40', '40{"token":"x"}']],
  ['a CONNECT with a strange payload', ['40[]', '40"x"', '40null', '40{"__proto__":{"polluted":true}}']],
  ['a CONNECT_ERROR from the client', ['44{"message":"x"}']],
  ['an event after DISCONNECT', ['41', '42["rt:subscribe",{"channel":"t.public"}]']],
  ['an event for another namespace', ['42/admin,["rt:subscribe",{"channel":"t.public"}]']],
  ['an attachment that never comes', [`451-["rt:message",${PLACEHOLDER}]`]],
  ['an attachment without an announcement', [randomBytes(1_000)]],
  ['an attachment with a wrong number', ['451-["rt:message",{"_placeholder":true,"num":7}]', randomBytes(10)]],
  [
    'an attachment with a strange number',
    ['451-["rt:message",{"_placeholder":true,"num":"__proto__"}]', randomBytes(10)],
  ],
  ['a million attachments', [`451000000-["rt:message",${PLACEHOLDER}]`, randomBytes(10)]],
  ['bytes for a name', [`451-[${PLACEHOLDER}]`, Buffer.from('rt:subscribe')]],
  ['bytes for an acked name', [`451-1[${PLACEHOLDER}]`, Buffer.from('rt:subscribe')]],
  [
    'a frame of 1 MB',
    [`421["rt:message",{"channel":"t.auth","event":"raw","payload":{"x":"${'x'.repeat(1_000_000)}"}}]`],
  ],
  ['1 MB of bytes', [randomBytes(1_000_000)]],
  ['nesting of 100,000', [`421["rt:message",${'['.repeat(100_000)}${']'.repeat(100_000)}]`]],
  ['nesting within the frame limit', [`421["rt:subscribe",${'['.repeat(30_000)}${']'.repeat(30_000)}]`]],
  [
    'names of 60,000 characters',
    [`421["${'x'.repeat(60_000)}"]`, `422["rt:subscribe",{"channel":"${'x'.repeat(60_000)}"}]`],
  ],
  ['Latin-1 for UTF-8', [Buffer.from([0x34, 0x32, 0xff, 0xfe])]],
];

describe('a hostile frame', () => {
  let fixture: FixtureProcess;

  beforeAll(async () => {
    fixture = await FixtureProcess.start();
  });
  afterEach(async () => {
    await expectCalm(fixture);
  });
  afterAll(async () => {
    expect(await fixture.stop()).toBe(0);
  });

  it.each(FRAMES)('does no harm: %s', async (_title, frames) => {
    await expectNoStall(fixture, async () => {
      const socket = await RawSocket.connect(fixture, await fixture.login('mallory'));
      for (const frame of frames) {
        socket.send(frame);
        await socket.settle();
      }
      expect(socket.answeredTwice).toBe(0);
      await socket.close();
    });
  });

  it.each(FRAMES)('does no harm before CONNECT: %s', async (_title, frames) => {
    await expectNoStall(fixture, async () => {
      const socket = await RawSocket.open(fixture);
      for (const frame of frames) socket.send(frame);
      await socket.close();
    });
  });

  it('never connects a client that sends requests before CONNECT', async () => {
    const { subscriptions } = await fixture.stats();
    const socket = await RawSocket.open(fixture);
    socket.send('421["rt:subscribe",{"channel":"t.public"}]');
    socket.send('40');
    await socket.until((packet) => packet.startsWith('40'));
    expect(socket.packets.filter((packet) => packet.startsWith('431'))).toEqual([]);
    expect((await fixture.stats()).subscriptions).toBe(subscriptions);
    await socket.close();
  });
});
