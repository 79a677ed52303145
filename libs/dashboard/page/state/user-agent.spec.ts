import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { programOf } from './user-agent.js';

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

describe('the program of a client', () => {
  it.each([
    [`Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36`, 'Chrome 140 on Linux'],
    [`Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} HeadlessChrome/156.0.0.0 Safari/537.36`, 'Chrome 156 on Linux'],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.1`,
      'Edge 140 on Windows',
    ],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:142.0) Gecko/20100101 Firefox/142.0', 'Firefox 142 on macOS'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
      'Safari 18 on iPhone',
    ],
    [`Mozilla/5.0 (Linux; Android 10; K) ${WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36`, 'Chrome 140 on Android'],
    ['node', 'node'],
    ['python-requests/2.32.3', 'python-requests 2.32'],
    ['curl/8.5.0', 'curl 8.5'],
    ['', 'no user agent'],
    ['Mozilla/5.0 (unknown)', 'Mozilla/5.0 (unknown)'],
    ['<b>x</b>', '<b>x</b>'],
  ])('%s is %s', (userAgent, program) => {
    expect(programOf(userAgent)).toBe(program);
  });

  it('is never empty, and never longer than what the client says', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200 }), (text) => {
        const program = programOf(text);
        expect(program.length).toBeGreaterThan(0);
        expect(program.length).toBeLessThanOrEqual(Math.max(text.length + 20, 40));
      }),
    );
  });
});
