import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Encoder, PacketType } from 'socket.io-parser';
import { resolveOptions } from '../realtime.settings.js';
import { engineOptions } from './intake/engine.options.js';
import { eventPacket } from './fan-out/prepared-packet.js';

describe('the packet of an event', () => {
  const segment = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
  const ids = fc.constantFrom('auth0%7C507f', 'ada%40example%2Ecom', '%25', '%22%5C', '%E2%80%A8');
  const channels = fc.array(fc.oneof(segment, ids), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
  const ofSocketIO = (...data: unknown[]) => new Encoder().encode({ type: PacketType.EVENT, nsp: '/', data });

  it('is byte for byte what Socket.IO itself would send', () => {
    fc.assert(
      fc.property(channels, segment, fc.jsonValue(), (channel, event, payload) => {
        const packet = eventPacket(channel, { channels: [channel], event, json: JSON.stringify(payload) });
        expect([packet]).toEqual(ofSocketIO('rt:event', channel, event, payload));
      }),
      { numRuns: 300 },
    );
  });

  it.each(['\u2028\u2029', '\ud800', '"\\', '\0', '😀', '</script>', '__proto__'])('keeps the text %j', (text) => {
    const packet = eventPacket('a.b', { channels: ['a.b'], event: 'e', json: JSON.stringify({ [text]: text }) });
    expect([packet]).toEqual(ofSocketIO('rt:event', 'a.b', 'e', { [text]: text }));
  });
});

describe('the engine', () => {
  const allow = () => true;
  const meter = { takesMessage: () => true, takesPing: () => true, takesPong: () => {} };
  const optionsFor = (settings: Parameters<typeof resolveOptions>[0]) =>
    engineOptions(resolveOptions(settings), allow, meter);
  const environment = process.env.NODE_ENV;
  afterEach(() => {
    process.env.NODE_ENV = environment;
  });

  it('switches off every feature that is not needed', () => {
    expect(optionsFor({ path: '/live' })).toMatchObject({
      path: '/live',
      transports: ['websocket'],
      maxHttpBufferSize: 65_536,
      serveClient: false,
      perMessageDeflate: false,
      httpCompression: false,
    });
    expect(optionsFor({})).not.toHaveProperty('connectionStateRecovery');
    expect(optionsFor({})).not.toHaveProperty('cors');
  });

  it('makes the frame as large as the largest payload, never below 64 KB', () => {
    const sizeFor = (payloadBytes: number) => optionsFor({ limits: { payloadBytes } }).maxHttpBufferSize;
    expect([1, 65_535, 65_536].map(sizeFor)).toEqual([65_536, 65_536, 65_536]);
    expect(sizeFor(1_000_000)).toBeGreaterThan(1_000_000);
    expect(sizeFor(1_000_000)).toBeLessThan(1_010_000);
  });

  it('shares the origins with CORS where polling is on', () => {
    process.env.NODE_ENV = 'production';
    expect(optionsFor({ transports: ['polling', 'websocket'], origins: ['https://a.example', 'self'] })).toMatchObject({
      transports: ['polling', 'websocket'],
      cors: { origin: ['https://a.example'], credentials: true },
    });
  });

  it.each([true, false])('answers a handshake without an error of its own: %s', (allowed) => {
    const asked: unknown[] = [];
    const judge = (request: IncomingMessage): boolean => {
      asked.push(request);
      return allowed;
    };
    const { allowRequest } = engineOptions(resolveOptions(), judge, meter) as {
      allowRequest: (request: IncomingMessage, decide: (...answer: unknown[]) => void) => void;
    };
    const request = { headers: {} } as IncomingMessage;
    allowRequest(request, (...answer) => asked.push(answer));
    expect(asked).toEqual([request, [null, allowed]]);
  });

  it('bounds the fragments of a message and the segments of a frame', () => {
    const { wsEngine } = optionsFor({}) as { wsEngine: new (options: object) => { options: object; close(): void } };
    const server = new wsEngine({ noServer: true, maxPayload: 65_536 });
    expect(server.options).toMatchObject({ noServer: true, maxFragments: 64, maxBufferedChunks: 512 });
    server.close();
  });
});
