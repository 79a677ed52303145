import { describe, expect, it, jest } from '@jest/globals';
import { reached } from '../test/reached.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { backoff } from './backoff.js';
import { createRealtimeClient, type RealtimeClientOptions } from './index.js';

const create = (options: object) => () => createRealtimeClient({ autoConnect: false, ...options });

describe('the options of a client', () => {
  it.each([
    ['connectTimeout', 0],
    ['connectTimeout', NaN],
    ['requestTimeout', -1],
    ['requestTimeout', '10'],
    ['requestTimeout', '10 sec'],
    ['requestTimeout', '-1s'],
    ['retryDelay', '0ms'],
    ['retryDelay', null],
    ['maxRetryDelay', 'long'],
    ['maxRetryDelay', {}],
  ])('refuse %s: %p, and say how to write a time', (name, value) => {
    expect(create({ [name]: value })).toThrow(RangeError);
    expect(create({ [name]: value })).toThrow(`${name} must be a time above 0: milliseconds, or text such as '10s'.`);
  });

  it.each([
    [{ jitter: 1.5 }, 'jitter must be a number from 0 to 1.'],
    [{ jitter: NaN }, 'jitter must be a number from 0 to 1.'],
    [{ auth: { token: 't' } }, 'auth must be a function.'],
  ])('refuse %p', (options, fault) => {
    expect(create(options)).toThrow(fault);
  });

  it.each([
    '',
    '/',
    '//host',
    'host',
    'not a url',
    'localhost:3000',
    'ws://localhost',
    'wss://api.example.com',
    'file:///index.html',
    'https://',
    'https:///realtime',
    'https://api.example.com/realtime',
    'https://api.example.com?token=x',
    'https://api.example.com#x',
    'https://user:secret@api.example.com',
    'https://api.example .com',
    null,
    {},
  ])('refuse the url %j, and say how to write it', (url) => {
    expect(create({ url })).toThrow(RangeError);
    expect(create({ url })).toThrow("url must be an origin, such as 'https://api.example.com'");
  });

  it.each([
    'http://localhost',
    'HTTPS://API.example.com',
    'http://127.0.0.1:3000/',
    'http://[::1]:3000',
    'https://bücher.example',
  ])('take the url %j', (url) => {
    expect(create({ url })).not.toThrow();
  });

  it.each(['realtime', '', 'http://localhost/realtime', '/real time', '/realtime?x', '/realtime#x'])(
    'refuse the path %j, and say how to write it',
    (path) => {
      expect(create({ path })).toThrow(RangeError);
      expect(create({ path })).toThrow("path must begin with a slash, such as '/realtime'.");
    },
  );

  it('refuse one that does not exist, and name those that do', () => {
    expect(create({ uri: 'http://localhost' })).toThrow(TypeError);
    expect(create({ uri: undefined })).toThrow(
      'A client has no option "uri"; the options are url, path, auth, transports, headers, agent, requireUser, autoConnect, ' +
        'connectTimeout, requestTimeout, silenceTimeout, retryDelay, maxRetryDelay, jitter, logger.',
    );
    expect(create({ toString: 1 })).toThrow('no option "toString"');
  });

  it('have their defaults where they are undefined', async () => {
    const server = await ScriptedServer.listen();
    const undefinedOptions: RealtimeClientOptions = {
      path: undefined,
      transports: undefined,
      jitter: undefined,
      auth: undefined,
    };
    await using client = createRealtimeClient({ ...undefinedOptions, url: server.url, requestTimeout: undefined });
    await client.ready();
    await client.close();
    await server.close();
  });

  it('take times as text, in waits too', async () => {
    const server = await ScriptedServer.listen();
    server.on('rt:message', () => undefined);
    await using client = createRealtimeClient({ url: server.url, requestTimeout: '50ms', connectTimeout: '0.5m' });
    await client.ready();
    const channel = client.channel('a');
    await expect(channel.send('m', 1)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(channel.send('m', 1, { timeout: '20ms' })).rejects.toMatchObject({ code: 'TIMEOUT' });
    for (const timeout of ['3 sec', -1, NaN, 0]) {
      const wait = { timeout: timeout as number };
      const waits = [client.ready(wait), client.authenticate(wait), channel.ready(wait), channel.send('m', 1, wait)];
      for (const waiting of waits) {
        await expect(waiting).rejects.toThrow(RangeError);
        await expect(waiting).rejects.toThrow('timeout must be a time above 0');
      }
    }
    await client.close();
    await using patient = createRealtimeClient({ url: server.url, connectTimeout: '30d' });
    await patient.ready({ timeout: '30d' });
    expect(server.handshakes).toHaveLength(2);
    await patient.close();
    await server.close();
  });

  it('let a logger hear of lost connections, failures and refused channels', async () => {
    const server = await ScriptedServer.listen();
    const logger = { debug: jest.fn(), warn: jest.fn(), error: jest.fn() };
    const told = (name: keyof typeof logger) =>
      logger[name].mock.calls.map(([what, state]) => [what, (state as { state?: string }).state ?? state]);
    await using client = createRealtimeClient({
      url: server.url,
      retryDelay: 5,
      logger,
      auth: () => ({ token: 'secret' }),
    });
    server.on('rt:subscribe', () => refuse('FORBIDDEN', false));
    await expect(client.channel('a').ready()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    server.drop();
    await reached(client, 'reconnecting');
    server.refusals.push({ code: 'FORBIDDEN', message: '', retryable: false });
    await reached(client, 'failed');
    expect(told('debug')).toEqual([
      ['Realtime connection', 'connecting'],
      ['Realtime connection', 'connected'],
    ]);
    expect(told('warn')).toEqual([
      ['Realtime channel', 'a'],
      ['Realtime connection', 'reconnecting'],
    ]);
    expect(told('error')).toEqual([['Realtime connection', 'failed']]);
    expect(JSON.stringify(Object.values(logger).map(({ mock }) => mock.calls))).not.toContain('secret');
    await client.close();
    await server.close();
  });
});

describe('the delay before a retry', () => {
  it('doubles up to the longest, is shortened by a share, and never shorter than the server asks', () => {
    const next = backoff({ retryDelay: 100, maxRetryDelay: 350, jitter: 0 });
    expect([next(), next(), next(50), next()]).toEqual([100, 200, 400, 350]);
    const shortened = backoff({ retryDelay: 100, maxRetryDelay: 100, jitter: 0.5 })(1_000);
    expect(shortened).toBeGreaterThan(1_050 - 1);
    expect(shortened).toBeLessThanOrEqual(1_100);
  });

  it('is one that a timer can wait for, whatever the server asks', () => {
    expect(backoff({ retryDelay: 1, maxRetryDelay: 1, jitter: 0 })(1e15)).toBe(2 ** 31 - 1);
  });
});
