import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isLoopbackOrigin } from './loopback-origin.js';

describe('the origin of a page of this machine', () => {
  it.each([
    'http://localhost',
    'http://localhost:5173',
    'https://localhost:5173',
    'http://127.0.0.1:8080',
    'https://127.0.0.1',
    'http://127.9.9.9:1',
    'http://[::1]',
    'http://[::1]:5173',
    'https://[::1]:65535',
    'http://shop.localhost:5173',
  ])('is %s', (origin) => {
    expect(isLoopbackOrigin(origin)).toBe(true);
  });

  it.each([
    'http://localhost.evil.com',
    'http://localhost.evil.com:5173',
    'http://localhost@evil.com',
    'http://localhost:5173@evil.com',
    'http://evil.com/localhost',
    'http://evil.com#http://localhost',
    'http://evil.com?localhost',
    'http://evil-localhost',
    'http://evillocalhost:5173',
    'http://localhost:5173/',
    'http://localhost.',
    'http://localhost:',
    'http://localhost:80',
    'http://localhost:65536',
    'http://localhost:5173, http://evil.com',
    'http://localhost\\@evil.com',
    'http://localhost\u0000.evil.com',
    'http://localhost\n',
    ' http://localhost',
    'HTTP://LOCALHOST',
    'http://127.0.0.1.evil.com',
    'http://127.evil.com',
    'http://127.0.0.256',
    'http://127.1',
    'http://0x7f000001',
    'http://2130706433',
    'http://0.0.0.0:5173',
    'http://128.0.0.1',
    'http://192.168.1.5:5173',
    'http://[::]',
    'http://[::2]',
    'http://[0:0:0:0:0:0:0:1]',
    'http://[::ffff:127.0.0.1]',
    'http://[::1].evil.com',
    'ws://localhost:5173',
    'ftp://localhost',
    'file://localhost',
    'capacitor://localhost',
    'javascript:localhost',
    'localhost:5173',
    '//localhost',
    'null',
    '',
  ])('is not %j', (origin) => {
    expect(isLoopbackOrigin(origin)).toBe(false);
  });

  it('is that of a loopback name, and of no text that has one somewhere', () => {
    const name = fc.constantFrom('localhost', '127.0.0.1', '[::1]');
    const scheme = fc.constantFrom('http', 'https');
    const port = fc.integer({ min: 1, max: 65_535 }).filter((each) => each !== 80 && each !== 443);
    fc.assert(
      fc.property(scheme, name, port, fc.string({ minLength: 1 }), (aScheme, aName, aPort, text) => {
        expect(isLoopbackOrigin(`${aScheme}://${aName}:${aPort}`)).toBe(true);
        for (const origin of [
          `${aScheme}://${aName}:${aPort}@${text}`,
          `${aScheme}://${aName}:${aPort}/${text}`,
          `${aScheme}://${aName}.${text}.example`,
          `${aScheme}://${text}${aName}.example`,
        ]) {
          expect(isLoopbackOrigin(origin)).toBe(false);
        }
      }),
    );
  });
});
