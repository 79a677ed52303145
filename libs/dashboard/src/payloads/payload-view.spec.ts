import { describe, expect, it } from '@jest/globals';
import { RealtimeDashboardOptions } from '../dashboard.options.js';
import { PayloadView } from './payload-view.js';

const view = new PayloadView('shown', new RealtimeDashboardOptions().redact);
const shown = (payload: unknown): string => view.of(payload).payload!;

describe('a payload in a row', () => {
  it('is absent by default', () => {
    expect(new PayloadView('hidden', []).of({ a: 1 })).toEqual({});
  });

  it('is JSON', () => {
    const payload = { text: 'a "quote"\n', n: 1.5, yes: true, no: null, list: [1, [2]], at: new Date(0) };
    expect(JSON.parse(shown(payload))).toEqual(JSON.parse(JSON.stringify(payload)));
  });

  it('contains no value of a listed key, at any depth, in any spelling', () => {
    const payload = {
      user: [{ passwordHash: 'x1', ACCESS_TOKEN: 'x2', 'Set-Cookie': ['x3'], deep: { api_key: { key: 'x4' } } }],
      name: 'kept',
    };
    expect(shown(payload)).not.toMatch(/x\d/);
    expect(shown(payload)).toContain('"name":"kept"');
    expect(new PayloadView('shown', ['name']).of(payload).payload).toContain('"name":"[redacted]"');
  });

  it('is cut to its maximum length', () => {
    const large = { list: Array.from({ length: 100_000 }, (_, n) => ({ n, text: 'x'.repeat(5_000) })) };
    expect(shown(large).length).toBeLessThanOrEqual(2_049);
    expect(shown('y'.repeat(1_000_000)).length).toBeLessThan(600);
    expect(shown({ file: Buffer.alloc(5_000_000) })).toBe('{"file":"[5000000 bytes]"}');
  });

  it('may contain values that JSON cannot represent', () => {
    const cycle: Record<string, unknown> = {
      big: 10n,
      nan: Number.NaN,
      none: undefined,
      run: () => 1,
      sym: Symbol('s'),
    };
    cycle.self = cycle;
    expect(shown(cycle)).toBe(
      '{"big":"10n","nan":null,"none":null,"run":"[function]","sym":"[symbol]","self":"[cycle]"}',
    );
    let deep: unknown = 1;
    for (let level = 0; level < 5_000; level++) deep = [deep];
    expect(shown(deep)).toContain('[deeper]');
  });

  it('may throw while it is read', () => {
    const hostile = {
      get boom(): never {
        throw new Error('no');
      },
      after: 1,
    };
    expect(shown(hostile)).toBe('{"boom":"[unreadable]","after":1}');
    const closed = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    expect(shown([closed, 2])).toContain('[unreadable]');
    expect(
      shown({
        toJSON: () => {
          throw new Error('no');
        },
      }),
    ).toContain('[unreadable]');
  });

  it('uses the toJSON method of its class', () => {
    class Account {
      constructor(private readonly pin: string) {}
      toJSON(): object {
        return { digits: this.pin.length };
      }
    }
    expect(shown({ account: new Account('1234') })).toBe('{"account":{"digits":4}}');
  });
});
