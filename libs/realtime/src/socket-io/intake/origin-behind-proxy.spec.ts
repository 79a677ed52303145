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
}

function faultOf(headers: Headers, { settings, environment, encrypted, localAddress }: From = {}) {
  const policy = new OriginPolicy(resolveOptions(settings), environment);
  return policy.faultOf({
    url: '/realtime/?EIO=4',
    headers: { upgrade: 'websocket', ...headers },
    socket: { encrypted, localAddress },
  } as unknown as IncomingMessage);
}

describe('what a proxy forwards', () => {
  const settings = { hosts: ['app.example'], trustProxy: true };
  const host = 'node-3.internal:8080';
  const https = 'https://app.example';

  it.each<[string, Headers]>([
    ['scheme and host', { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'app.example', host }],
    ['them in other letters', { 'x-forwarded-proto': 'HTTPS', 'x-forwarded-host': 'App.Example', host }],
    ['the scheme of a WebSocket', { 'x-forwarded-proto': 'wss', 'x-forwarded-host': 'app.example', host }],
    ['the default port', { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'app.example:443', host }],
    ['the scheme beside the Host', { 'x-forwarded-proto': 'https', host: 'app.example' }],
  ])('counts where it is trusted: %s', (_what, headers) => {
    expect(faultOf({ ...headers, origin: https }, { settings })).toBeNull();
    expect(faultOf({ ...headers, origin: 'http://app.example' }, { settings })).not.toBeNull();
    expect(faultOf({ ...headers, origin: https }, { settings: { hosts: settings.hosts } })).not.toBeNull();
  });

  it.each<[string, Headers]>([
    ['a list of schemes', { 'x-forwarded-proto': 'https, http' }],
    ['the same scheme twice', { 'x-forwarded-proto': 'https, https' }],
    ['an empty scheme', { 'x-forwarded-proto': '' }],
    ['a scheme that is none of ours', { 'x-forwarded-proto': 'httpsx' }],
    ['a list of hosts', { 'x-forwarded-host': 'app.example, evil.example' }],
    ['the same host twice', { 'x-forwarded-host': 'app.example,app.example' }],
    ['an empty host', { 'x-forwarded-host': '' }],
    ['another host', { 'x-forwarded-host': 'evil.example' }],
  ])('has to be clear: %s', (_what, headers) => {
    const forwarded = {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'app.example',
      host: 'app.example',
      ...headers,
    };
    for (const origin of [https, 'http://app.example']) {
      expect(faultOf({ ...forwarded, origin }, { settings })).toBe('foreign');
    }
  });

  it('is bounded by the hosts as a Host is', () => {
    const headers = { 'x-forwarded-host': 'evil.example', origin: 'http://evil.example', host: 'app.example' };
    expect(faultOf(headers, { settings })).toBe('unknownHost');
    expect(faultOf(headers, { settings: { trustProxy: true } })).toBe('unknownHost');
  });

  it('is the socket and the Host where it forwards nothing', () => {
    expect(faultOf({ origin: 'http://app.example', host: 'app.example' }, { settings })).toBeNull();
    expect(faultOf({ origin: https, host: 'app.example' }, { settings, encrypted: true })).toBeNull();
  });
});

describe('a request without an origin', () => {
  const own = { host: 'app.example' };
  const settings = { hosts: ['app.example'] };
  const lenient = { settings: { ...settings, allowMissingOrigin: true } };
  const plain = { upgrade: undefined };

  it.each<[string, Headers]>([
    ['a script that upgrades, under any name', { host: 'realtime.internal' }],
    ['a script that polls', { ...plain, ...own }],
    ['a same-origin page, with its cookies', { ...plain, ...own, cookie: 'a=b', 'sec-fetch-site': 'same-origin' }],
    ['a user who types the address', { ...plain, ...own, 'sec-fetch-site': 'none' }],
  ])('may be that of %s', (_what, headers) => {
    expect(faultOf(headers, { settings })).toBeNull();
    expect(faultOf({ ...headers, cookie: 'a=b' }, lenient)).toBeNull();
  });

  it.each([
    'cross-site',
    'same-site',
    'Same-Origin',
    'SAME-ORIGIN',
    '',
    'none, none',
    'same-origin, cross-site',
    'null',
  ])('is that of another site where Sec-Fetch-Site is %j, whatever is allowed', (site) => {
    for (const headers of [own, { ...own, ...plain }, { ...own, cookie: 'a=b' }]) {
      expect(faultOf({ ...headers, 'sec-fetch-site': site }, { settings })).toBe('noOriginFromElsewhere');
      expect(faultOf({ ...headers, 'sec-fetch-site': site }, lenient)).toBe('noOriginFromElsewhere');
    }
  });

  it.each<Headers>([{}, plain, { 'sec-fetch-site': 'none' }])(
    'may have no cookies, unless that is allowed (%j)',
    (headers) => {
      expect(faultOf({ ...own, cookie: 'a=b', ...headers }, { settings })).toBe('noOriginWithCookies');
      expect(faultOf({ ...own, cookie: '', ...headers }, { settings })).toBe('noOriginWithCookies');
      expect(faultOf({ ...own, cookie: 'a=b', ...headers }, lenient)).toBeNull();
    },
  );

  it.each<[string, Headers]>([
    ['a page under a rebound name that reads', plain],
    ['a page under a rebound name that the browser calls same-origin', { ...plain, 'sec-fetch-site': 'same-origin' }],
    ['the same by an upgrade', { 'sec-fetch-site': 'same-origin' }],
  ])('is not that of %s', (_what, headers) => {
    for (const host of ['evil.example', undefined, '']) {
      expect(faultOf({ ...headers, host }, { settings })).toBe('unknownHost');
      expect(faultOf({ ...headers, host }, lenient)).toBe('unknownHost');
      expect(faultOf({ ...headers, host }, { environment: 'development' })).toBe('unknownHost');
    }
  });

  it('is of the same origin only where that may connect', () => {
    const headers = { ...plain, 'sec-fetch-site': 'same-origin', cookie: 'a=b' };
    const listed = { settings: { origins: ['https://app.example'] } };
    expect(faultOf({ ...headers, host: 'app.example' }, listed)).toBeNull();
    expect(faultOf({ ...headers, host: '192.168.1.5' }, { ...listed, localAddress: '192.168.1.5' })).toBe(
      'selfNotListed',
    );
    expect(faultOf({ ...headers, host: 'localhost:3000' }, listed)).toBeNull();
    expect(faultOf({ ...headers, host: 'localhost:3000' }, { ...listed, environment: 'production' })).toBe(
      'unknownHost',
    );
    expect(faultOf({ ...headers, host: 'api.example' }, { ...listed, environment: 'production' })).toBe('unknownHost');
  });
});
