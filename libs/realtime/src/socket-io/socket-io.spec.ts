import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Encoder, PacketType } from 'socket.io-parser';
import { resolveOptions } from '../realtime.options.js';
import { engineOptions } from './engine.options.js';
import { originFault } from './origin.js';
import { eventPacket } from './prepared-packet.js';

describe('the origin check', () => {
  const strict = { origins: ['https://app.example', 'http://localhost:5173'], allowMissingOrigin: false };
  const host = 'api.example:3000';

  it.each([
    ['a listed origin', { origin: 'https://app.example', host }],
    ['a listed origin with a port', { origin: 'http://localhost:5173', host }],
    ['its own host with the port', { origin: 'http://api.example:3000', host }],
    ['its own host behind TLS', { origin: 'https://api.example', host: 'api.example' }],
    ['its own host as an IPv6 address', { origin: 'http://[::1]:3000', host: '[::1]:3000' }],
    ['no origin and no cookies', { host }],
    ['no origin on a same-origin request', { host, cookie: 'a=b', 'sec-fetch-site': 'same-origin' }],
  ])('passes %s', (_what, headers) => {
    expect(originFault(headers, strict)).toBeNull();
    expect(originFault({ ...headers, cookie: 'session=x' }, { ...strict, allowMissingOrigin: true })).toBeNull();
  });

  it.each([
    'https://evil.example',
    'null',
    '',
    '*',
    'https://app.example.evil.example',
    'https://evil.example#https://app.example',
    'https://evil-app.example',
    'https://app.example:8443',
    'https://app.example/',
    'http://app.example',
    'HTTPS://APP.EXAMPLE',
    'https://app.example, https://evil.example',
    'http://api.example',
    'http://api.example:3001',
    'http://api.example:3000@evil.example',
    'http://sub.api.example:3000',
    'api.example:3000',
    '//api.example:3000',
    'not a url',
  ])('refuses %j', (origin) => {
    expect(originFault({ origin, host }, strict)).toBe('foreign origin');
    expect(originFault({ origin, host, 'sec-fetch-site': 'same-origin' }, strict)).toBe('foreign origin');
    expect(originFault({ origin, host }, { ...strict, allowMissingOrigin: true })).toBe('foreign origin');
  });

  it('refuses an own origin where the request names no host', () => {
    expect(originFault({ origin: 'http://api.example:3000' }, strict)).toBe('foreign origin');
  });

  it.each([{}, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'none' }])(
    'refuses cookies without an origin unless the application allows it (%j)',
    (headers) => {
      expect(originFault({ host, cookie: 'a=b', ...headers }, strict)).toBe('cookies without an Origin header');
      expect(originFault({ host, cookie: '', ...headers }, strict)).toBe('cookies without an Origin header');
      expect(originFault({ host, cookie: 'a=b', ...headers }, { ...strict, allowMissingOrigin: true })).toBeNull();
    },
  );
});

describe('the packet of an event', () => {
  const segment = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
  const channels = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
  const ofSocketIO = (...data: unknown[]) => new Encoder().encode({ type: PacketType.EVENT, nsp: '/', data });

  it('is byte for byte what Socket.IO itself would send', () => {
    fc.assert(
      fc.property(channels, segment, fc.jsonValue(), (channel, event, payload) => {
        const packet = eventPacket({ channel, event, json: JSON.stringify(payload) });
        expect([packet]).toEqual(ofSocketIO('rt:event', channel, event, payload));
      }),
      { numRuns: 300 },
    );
  });

  it.each(['\u2028\u2029', '\ud800', '"\\', '\0', '😀', '</script>', '__proto__'])('keeps the text %j', (text) => {
    const packet = eventPacket({ channel: 'a.b', event: 'e', json: JSON.stringify({ [text]: text }) });
    expect([packet]).toEqual(ofSocketIO('rt:event', 'a.b', 'e', { [text]: text }));
  });
});

describe('the engine', () => {
  const allow = () => true;
  const meter = { takesMessage: () => true, takesPing: () => true, takesPong: () => {} };
  const optionsFor = (settings: Parameters<typeof resolveOptions>[0]) =>
    engineOptions(resolveOptions(settings), allow, meter);

  it('runs with everything off that nobody needs', () => {
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
    expect(optionsFor({ transports: ['polling', 'websocket'], origins: ['https://a.example'] })).toMatchObject({
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
