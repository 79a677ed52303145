import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { expectCalm, expectNoStall } from './calm.js';
import { RawSocket, type Reply } from './raw-socket.js';

const CLASS_AND_SCHEMA = ['echo', 'zod', 'nested', 'raw'];

/** Keys that no payload may have. */
const REACHING = ['__proto__', 'constructor'];

/** `{"a":{"a": ... {} }}`, as text: no library could write it without overflowing its own stack. */
function nestedJson(depth: number): string {
  return '{"a":'.repeat(depth - 1) + '{}' + '}'.repeat(depth - 1);
}

function wideJson(keys: number): string {
  return `{${Array.from({ length: keys }, (_, i) => `"k${i}":0`).join(',')}}`;
}

describe('a hostile payload', () => {
  let fixture: FixtureProcess;
  let socket: RawSocket;

  const message = (event: string, payloadJson: string): Promise<Reply | null> =>
    socket.request('rt:message', `{"channel":"t.auth","event":${JSON.stringify(event)},"payload":${payloadJson}}`);

  beforeAll(async () => {
    fixture = await FixtureProcess.start({
      REALTIME_OPTIONS: JSON.stringify({
        limits: { payloadBytes: 4_000_000, messagesPerSecond: 100_000, messageBurst: 100_000 },
      }),
    });
    socket = await RawSocket.connect(fixture, await fixture.login('mallory'));
    await socket.request('rt:subscribe', '{"channel":"t.auth"}');
  });
  afterEach(async () => {
    await expectCalm(fixture);
    expect(socket.answeredTwice).toBe(0);
  });
  afterAll(async () => {
    await socket.close();
    expect(await fixture.stop()).toBe(0);
  });

  describe.each(CLASS_AND_SCHEMA)('to %s', (event) => {
    it.each(['null', '[]', '[{}]', '"text"', '42', 'true', '""'])(
      'is INVALID_PAYLOAD where its kind is wrong (%s)',
      async (json) => {
        expect((await message(event, json))!.error!.code).toBe('INVALID_PAYLOAD');
      },
    );

    it('is INVALID_PAYLOAD where it is missing', async () => {
      const reply = await socket.request('rt:message', `{"channel":"t.auth","event":"${event}"}`);
      expect(reply!.error!.code).toBe('INVALID_PAYLOAD');
    });

    it.each([17, 1_000, 100_000])('is PAYLOAD_TOO_LARGE at depth %d', async (depth) => {
      await expectNoStall(fixture, async () => {
        expect((await message(event, nestedJson(depth)))!.error!.code).toBe('PAYLOAD_TOO_LARGE');
        expect((await message(event, '['.repeat(depth) + ']'.repeat(depth)))!.error!.code).toBe('PAYLOAD_TOO_LARGE');
      });
    });

    it.each([1_001, 60_000])('is PAYLOAD_TOO_LARGE with %d keys', async (keys) => {
      await expectNoStall(fixture, async () => {
        expect((await message(event, wideJson(keys)))!.error!.code).toBe('PAYLOAD_TOO_LARGE');
      });
    });

    it.each(['__proto__', 'constructor', 'prototype'])(
      'is INVALID_PAYLOAD with the key %s at any depth',
      async (key) => {
        for (const json of [
          `{"${key}":1}`,
          `{"${key}":{"polluted":true}}`,
          `{"text":"x","meta":{"${key}":1}}`,
          `{"a":{"b":[{"${key}":{"x":1}}]}}`,
        ]) {
          expect((await message(event, json))!.error!.code).toBe('INVALID_PAYLOAD');
        }
      },
    );
  });

  it.each(Object.getOwnPropertyNames(Object.prototype).filter((name) => !REACHING.includes(name)))(
    'is refused with the unknown property %s, as any other, at any depth',
    async (name) => {
      for (const [event, json, path] of [
        ['echo', `{"text":"a","${name}":1}`, name],
        ['nested', `{"items":[],"inner":{"name":"x","n":1},"${name}":1}`, name],
        ['nested', `{"items":[],"inner":{"name":"x","n":1,"${name}":{}}}`, `inner.${name}`],
        ['nested', `{"items":[{"name":"x","n":1,"${name}":"a"}],"inner":{"name":"x","n":1}}`, `items.0.${name}`],
      ]) {
        const { error } = (await message(event, json))!;
        expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', issues: [{ path, message: 'unknown property' }] });
      }
    },
  );

  it('passes at depth 16, whatever it holds', async () => {
    expect((await message('raw', nestedJson(16)))!.ok).toBe(true);
  });

  it.each([
    ['a scalar for the list', '{"items":1,"inner":{"name":"x","n":1}}', 'items'],
    ['an object for the list', '{"items":{"0":{}},"inner":{"name":"x","n":1}}', 'items'],
    ['an array for the one object', '{"items":[],"inner":[{"name":"x","n":1}]}', 'inner'],
    ['an array inside the list', '{"items":[[{"name":"x","n":1}]],"inner":{"name":"x","n":1}}', 'items'],
    ['a wrong item', '{"items":[{"name":"x","n":"1"}],"inner":{"name":"x","n":1}}', 'items.0.n'],
    ['a wrong inner object', '{"items":[],"inner":{"name":"x","n":1.5}}', 'inner.n'],
    ['an unknown field far inside', '{"items":[{"name":"x","n":1,"z":1}],"inner":{"name":"x","n":1}}', 'items.0'],
  ])('is refused with the path of the issue where it has %s', async (_title, json, path) => {
    const { error } = (await message('nested', json))!;
    expect(error!.code).toBe('INVALID_PAYLOAD');
    expect(error!.issues!.some((issue) => issue.path.startsWith(path))).toBe(true);
  });

  it('brings at most 10 issues for 200 bad items, and none of the input', async () => {
    const item = '{"name":{"secret":"input"},"n":"input","input":"input"}';
    const reply = await message('nested', `{"items":[${Array(99).fill(item).join(',')}],"inner":{}}`);
    expect(reply!.error!.code).toBe('INVALID_PAYLOAD');
    expect(reply!.error!.issues!.length).toBeLessThanOrEqual(10);
    expect(JSON.stringify(reply).length).toBeLessThan(2_000);
    expect(JSON.stringify(reply)).not.toContain('secret');
  });

  it('comes back as data where it looks like an instruction to Socket.IO or Nest', async () => {
    for (const data of [
      { event: 'disconnect' },
      { event: 'exception', data: 1 },
      { type: 1, nsp: '/' },
      { ok: false },
    ]) {
      expect(await message('raw', JSON.stringify(data))).toEqual({ ok: true, data });
    }
  });
});
