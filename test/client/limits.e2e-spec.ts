// Does the client stay within what the server allows it, over real sockets?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createRealtimeClient, type RealtimeClient } from '@nestjs-realtime/client';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeHandler,
  type RealtimeHookEvents,
  RealtimeModule,
} from 'nestjs-realtime';
import fc from 'fast-check';
import { z } from 'zod';
import { demandFrames } from '../../libs/client/src/frame-demands.js';
import { checkShape } from '../../libs/realtime/src/payloads/payload-shape.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const noteChannel = defineRealtimeChannel({
  name: 'notes',
  scope: 'public',
  messages: { add: { payload: z.unknown(), reply: z.number() } },
});
const roomChannel = defineRealtimeChannel({ name: 'rooms.{roomId}', scope: 'public', payload: z.number() });

const added: unknown[] = [];

@RealtimeChannel(noteChannel)
class OnNote {
  @RealtimeHandler('add')
  add(note: unknown): number {
    return added.push(note);
  }
}

describe('a client and the limits of its server', () => {
  let app: TestApp;
  let client: RealtimeClient;
  let refused: RealtimeHookEvents['refused'][];
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

  beforeAll(async () => {
    app = await boot({
      imports: [
        RealtimeModule.forRoot({ authenticator: KnownUsers, allowMissingOrigin: true }),
        RealtimeModule.forFeature([roomChannel]),
      ],
      providers: [OnNote],
    });
    refused = app.record('refused');
  });
  beforeEach(() => {
    added.length = refused.length = 0;
    client = createRealtimeClient({ url: app.url });
  });
  afterEach(() => client.close());
  afterAll(closeApps);

  it('sends 60 messages that were written offline in order, and is refused none', async () => {
    const notes = client.channel(noteChannel);
    const replies = await Promise.all(numbers(60).map((n) => notes.send('add', n)));
    expect(replies).toEqual(numbers(60).map((n) => n + 1));
    expect(added).toEqual(numbers(60));
    expect(refused).toEqual([]);
  });

  it('leaves 120 channels for 120 others, of the 128 that it may have, without a refusal', async () => {
    const rooms = (from: number) => numbers(120).map((n) => client.channel(roomChannel, { roomId: `${from + n}` }));
    const old = rooms(0);
    await Promise.all(old.map((room) => room.ready()));
    for (const room of old) room.unsubscribe();
    await Promise.all(rooms(120).map((room) => room.ready()));
    expect(app.stats().subscriptions).toBe(120);
    expect(refused).toEqual([]);
  });

  it('rejects what is too large before it is sent, and keeps its connection', async () => {
    const notes = client.channel(noteChannel);
    await notes.ready();
    const { connectionId } = client;
    const tooLarge = ['x'.repeat(70_000), 'é'.repeat(33_000), numbers(20_000), '\0'.repeat(12_000)];
    const sends = [...tooLarge, 'x'.repeat(65_000)].map((payload) => notes.trySend('add', payload));
    const results = await Promise.all(sends);
    expect(results.slice(0, 4)).toEqual(
      tooLarge.map(() => ({ ok: false, error: expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }) })),
    );
    expect(results[4]).toEqual({ ok: true, data: 1 });
    expect([refused, client.connectionId]).toEqual([[], connectionId]);
  });
});

describe('the size of a payload', () => {
  const halves = fc.string({
    unit: fc.integer({ max: 0xffff }).map((code) => String.fromCharCode(code)),
    maxLength: 200,
  });
  const json = fc.oneof(fc.jsonValue({ maxDepth: 5 }), fc.string({ unit: 'binary', maxLength: 200 }), halves);

  it('is counted by the client as by the server', () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 1, max: 120 }), (payload, payloadBytes) => {
        const written: string[] = [];
        const engine = {
          write: (packet: unknown) => written.push(packet as string),
          once: () => undefined,
        };
        demandFrames(engine, { payloadBytes });
        const text = `23${JSON.stringify(['rt:message', { channel: 'a', event: '"payload":', payload }])}`;
        const limits = { payloadBytes, payloadDepth: 100, payloadKeys: 10_000 };
        const code = checkShape(JSON.parse(JSON.stringify(payload)), limits)?.code;
        // Such a payload is refused, whatever its size: the server tells of the key that it may not have.
        fc.pre(code !== 'INVALID_PAYLOAD');
        const isRefused = code === 'PAYLOAD_TOO_LARGE';
        if (isRefused) expect(() => engine.write(text)).toThrow('The server takes no payload of this size.');
        else engine.write(text);
        expect(written).toEqual(isRefused ? [] : [text]);
      }),
      { numRuns: 2_000 },
    );
  });
});
