import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { RealtimeSettings } from '../../realtime.options.js';
import { resolveOptions } from '../../realtime.settings.js';
import { OriginPolicy } from './origin.js';

type Headers = Readonly<Record<string, string | undefined>>;

interface From {
  readonly settings?: RealtimeSettings;
  readonly environment?: string;
  readonly encrypted?: boolean;
  readonly localAddress?: string;
  readonly rawHeaders?: readonly string[];
  readonly url?: string;
}

function faultOf(headers: Headers, { settings, environment, encrypted, localAddress, rawHeaders, url }: From = {}) {
  const policy = new OriginPolicy(resolveOptions(settings), environment);
  return policy.faultOf({
    url: url ?? '/realtime/?EIO=4',
    headers: { upgrade: 'websocket', ...headers },
    rawHeaders,
    socket: { encrypted, localAddress },
  } as unknown as IncomingMessage);
}

describe('listed origins', () => {
  const settings = { origins: ['https://app.example', 'http://localhost:5173'] };
  const host = 'api.example:3000';

  it.each(settings.origins)('let %s in', (origin) => {
    expect(faultOf({ origin, host }, { settings })).toBeNull();
    expect(faultOf({ origin, host, cookie: 'session=x' }, { settings })).toBeNull();
    expect(faultOf({ origin }, { settings, environment: 'production' })).toBeNull();
  });

  it.each([
    'https://evil.example',
    'null',
    '',
    '*',
    'self',
    'https://app.example.evil.example',
    'https://evil.example#https://app.example',
    'https://evil-app.example',
    'https://app.example:8443',
    'https://app.example/',
    'https://app.example.',
    'http://app.example',
    'HTTPS://APP.EXAMPLE',
    'https://app.example, https://evil.example',
    'https://app.example, https://app.example',
    'http://api.example',
    'http://api.example:3001',
    'http://api.example:3000@evil.example',
    'http://sub.api.example:3000',
    'api.example:3000',
    '//api.example:3000',
    'not a url',
  ])('keep %j out, and so does the own origin', (origin) => {
    const more = { settings: { origins: [...settings.origins, 'self'], hosts: ['api.example'] } };
    for (const given of [{ settings }, more]) {
      expect(faultOf({ origin, host }, given)).toBe('foreign');
      expect(faultOf({ origin, host, 'sec-fetch-site': 'same-origin' }, given)).toBe('foreign');
      const lenient = { settings: { ...given.settings, allowMissingOrigin: true } };
      expect(faultOf({ origin, host }, lenient)).toBe('foreign');
    }
  });

  it.each(['production', 'development', undefined])(
    "decide alone: the server's own is none of them (%s)",
    (environment) => {
      for (const own of ['localhost:3000', '127.0.0.1', 'api.example', '192.168.1.5:3000']) {
        const headers = { origin: `http://${own}`, host: own };
        const isOfThisMachine = environment !== 'production' && !/example|192/.test(own);
        for (const given of [settings, { origins: [] }]) {
          expect(faultOf(headers, { settings: given, environment })).toBe(isOfThisMachine ? null : 'selfNotListed');
        }
      }
      const settingsWithHost = { ...settings, hosts: ['api.example'] };
      const own = { origin: 'http://api.example', host: 'api.example' };
      expect(faultOf(own, { settings: settingsWithHost, environment })).toBe('selfNotListed');
    },
  );
});

describe('a page of this machine, on a port of its own', () => {
  const host = 'localhost:3000';
  const lists = [undefined, ['self'], ['https://app.example'], ['https://*.app.example'], []];
  const pages = ['http://localhost:5173', 'https://localhost:5173', 'http://127.0.0.1:4200', 'http://[::1]:8080'];

  it.each(pages)('may connect outside production, whatever origins lists: %s', (origin) => {
    for (const origins of lists) {
      for (const environment of ['development', 'test', '', undefined]) {
        for (const headers of [{ host }, { host: '192.168.1.5:3000' }, { host, cookie: 'session=x' }]) {
          expect(faultOf({ ...headers, origin }, { settings: { origins }, environment })).toBeNull();
        }
      }
    }
  });

  it.each(pages)('may not connect in production, unless origins lists it: %s', (origin) => {
    const from = { environment: 'production', localAddress: '127.0.0.1' };
    for (const origins of lists) expect(faultOf({ origin, host }, { settings: { origins }, ...from })).toBe('foreign');
    expect(faultOf({ origin, host }, { settings: { origins: [origin] }, ...from })).toBeNull();
  });

  it.each([
    'http://localhost.evil.com',
    'http://localhost.evil.com:5173',
    'http://localhost@evil.com',
    'http://127.0.0.1.evil.com',
    'http://evil.com/localhost',
    'http://evil-localhost',
    'http://192.168.1.5:5173',
    'null',
  ])('is not the page of %s', (origin) => {
    for (const origins of lists) expect(faultOf({ origin, host }, { settings: { origins } })).toBe('foreign');
  });
});

describe("the server's own origin", () => {
  const production = { environment: 'production' };
  const hosts = { settings: { hosts: ['App.Example', 'api.example:8443', '[2001:db8::1]'] } };

  it.each<[string, Headers, From]>([
    ['a name, on any port', { origin: 'http://app.example:3000', host: 'app.example:3000' }, hosts],
    ['a Host in other letters', { origin: 'http://app.example', host: 'APP.example' }, hosts],
    ['a Host with the default port', { origin: 'http://app.example', host: 'app.example:80' }, hosts],
    ['a name with its port', { origin: 'http://api.example:8443', host: 'api.example:8443' }, hosts],
    ['an IPv6 address', { origin: 'http://[2001:db8::1]', host: '[2001:DB8::1]' }, hosts],
    ['TLS', { origin: 'https://app.example', host: 'app.example' }, { ...hosts, encrypted: true }],
    [
      'TLS with the default port',
      { origin: 'https://app.example', host: 'app.example:443' },
      { ...hosts, encrypted: true },
    ],
    ['HTTP/2', { origin: 'https://app.example', ':authority': 'app.example' }, { ...hosts, encrypted: true }],
    ['any name in production, where none is listed', { origin: 'http://app.example', host: 'app.example' }, production],
  ])('is that of %s', (_what, headers, from) => {
    expect(faultOf(headers, from)).toBeNull();
    expect(faultOf(headers, { ...from, environment: 'production' })).toBeNull();
    expect(faultOf({ ...headers, cookie: 'a=b' }, from)).toBeNull();
  });

  it.each([
    'localhost',
    'localhost:3000',
    'app.localhost:3000',
    '127.0.0.1:3000',
    '127.9.9.9',
    '[::1]:3000',
    'LOCALHOST',
  ])('is that of the loopback name %s outside production', (host) => {
    const origin = `http://${host.toLowerCase()}`;
    for (const environment of [undefined, 'development', 'test']) {
      expect(faultOf({ origin, host }, { environment })).toBeNull();
      expect(faultOf({ origin, host }, { environment, settings: { origins: ['self'] } })).toBeNull();
    }
    expect(faultOf({ origin, host }, hosts)).toBeNull();
    expect(faultOf({ origin, host }, { ...hosts, ...production })).toBe('unknownHost');
  });

  it.each([
    ['192.168.1.5', '192.168.1.5'],
    ['192.168.1.5', '::ffff:192.168.1.5'],
    ['[fe80::1]', 'fe80::1'],
  ])('is that of the address at which the request arrives, outside production: %s at %s', (name, localAddress) => {
    const headers = { origin: `http://${name}:3000`, host: `${name}:3000` };
    expect(faultOf(headers, { localAddress })).toBeNull();
    expect(faultOf(headers, { localAddress: '10.0.0.1' })).toBe('unknownHost');
    expect(faultOf(headers, { ...hosts, localAddress })).toBe('unknownHost');
  });

  it.each([
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    'evil-localhost',
    '127.0.0.1.evil.example',
    '127.evil.example',
    '127.0.0.256',
    '127.0.0.1.2',
    '128.0.0.1',
    '[::2]',
    '0.0.0.0',
  ])('is not that of the rebound name %s', (host) => {
    const headers = { origin: `http://${host}`, host };
    const from = { localAddress: '127.0.0.1' };
    expect(faultOf(headers, from)).toBe('unknownHost');
    for (const environment of ['production', 'development']) {
      expect(faultOf(headers, { ...hosts, environment })).toBe('unknownHost');
      expect(
        faultOf({ ...headers, cookie: 'a=b' }, { settings: { origins: ['https://app.example'] }, environment }),
      ).toBe('selfNotListed');
    }
  });

  it.each<[string, string | undefined, From]>([
    ['absent', undefined, {}],
    ['empty', '', {}],
    ['sent twice', 'app.example', { rawHeaders: ['Host', 'app.example', 'x', 'host', 'hOST', 'evil.example'] }],
    ['a list', 'app.example, evil.example', {}],
    ['with user information', 'user@app.example', {}],
    ['with a trailing dot', 'app.example.', {}],
    ['with an empty port', 'app.example:', {}],
    ['with a port of words', 'app.example:80a', {}],
    ['with a port that is none', 'app.example:65536', {}],
    ['with a zero before the port', 'app.example:080', {}],
    ['with a path', 'app.example/', {}],
    ['with spaces', ' app.example', {}],
    ['not in ASCII', 'äpp.example', {}],
    ['longer than any name', `${'a.'.repeat(200)}example`, {}],
    ['beside another one in the target', 'app.example', { url: 'http://evil.example/realtime/?EIO=4' }],
  ])('is none where the Host is %s', (_what, host, from) => {
    for (const origin of ['http://app.example', `http://${host}`, 'http://', 'http://evil.example']) {
      for (const settings of [hosts.settings, {}]) {
        expect(faultOf({ origin, host }, { settings, ...production, ...from })).toBe('foreign');
      }
    }
  });

  it('has the scheme of the socket', () => {
    const host = 'app.example';
    const [insecure, secure] = [`http://${host}`, `https://${host}`];
    expect(faultOf({ host, origin: insecure, cookie: 'a=b' }, { ...hosts, encrypted: true })).toBe('otherScheme');
    expect(faultOf({ host, origin: secure, cookie: 'a=b' }, hosts)).toBe('otherScheme');
    expect(faultOf({ host: 'app.example:443', origin: 'http://app.example:443' }, { ...hosts, encrypted: true })).toBe(
      'otherScheme',
    );
    expect(faultOf({ host, origin: `ws://${host}` }, hosts)).toBe('foreign');
  });
});
