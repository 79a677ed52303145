import { describe, expect, it } from '@jest/globals';
import { isOriginPattern, OriginPattern } from './origin-pattern.js';

describe('a wildcard of origins', () => {
  it.each([
    'https://*.example.com',
    'http://*.a.b.example.com',
    'https://*.example.com:8443',
    'https://*.co.uk',
    'capacitor://*.example.com',
  ])('may be %s', (pattern) => {
    expect(isOriginPattern(pattern)).toBe(true);
  });

  it.each([
    '*',
    'https://*',
    'https://*.com',
    'https://*.localhost',
    '*.example.com',
    'https://example.*',
    'https://a*.example.com',
    'https://*example.com',
    'https://*.*.example.com',
    'https://*.example.com/',
    'https://*.example.com/path',
    'https://*.EXAMPLE.com',
    'https://*.example.com:443',
    'https://*.0.0.1',
    'https://*.user@example.com',
    'file://*.example.com',
    'https://',
    42,
    null,
  ])('may not be %s', (pattern) => {
    expect(isOriginPattern(pattern)).toBe(false);
  });

  it.each([
    'https://a.example.com',
    'https://a.b.example.com',
    'https://pr-7.example.com',
    'https://xn--bcher-kva.example.com',
  ])('means %s', (origin) => {
    expect(new OriginPattern('https://*.example.com').includes(origin)).toBe(true);
  });

  it.each([
    'https://example.com',
    'https://.example.com',
    'https://evilexample.com',
    'https://a.example.com.evil',
    'https://a.example.com:8443',
    'http://a.example.com',
    'https://evil/.example.com',
    'https://evil?.example.com',
    'https://evil#.example.com',
    'https://evil:443.example.com',
    'https://a@b.example.com',
    'https://a..example.com',
    'https://A.example.com',
    'https://a b.example.com',
    'https://\u0430.example.com',
    'null',
    '',
  ])('does not mean %s', (origin) => {
    expect(new OriginPattern('https://*.example.com').includes(origin)).toBe(false);
  });

  it('with a port means that port alone', () => {
    const pattern = new OriginPattern('https://*.example.com:8443');
    expect(pattern.includes('https://a.example.com:8443')).toBe(true);
    expect(pattern.includes('https://a.example.com')).toBe(false);
  });
});
