import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { logLine, quotedForLog, thrownStack, thrownText } from './log-text.js';

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const FORGED = '\n[Nest] 1 - LOG forged';

/** Unsafe characters among others. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\0', '\t', '\n', '\r', '\v', '\u001b', '\u007f', '\u0085', '\u009b', '\u2028', '\u2029'),
    fc.constantFrom('\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069', '\ufeff', '\ud800', '\udc00'),
    fc.constantFrom('a', '"', '\\', 'é', '€', '😀', ' '),
  ),
  maxLength: 400,
});

describe('a text in a log line', () => {
  it.each([
    ['plain', '"plain"'],
    ['é € 😀', '"é € 😀"'],
    ['a\nb\r\tc\0', '"a\\u000ab\\u000d\\u0009c\\u0000"'],
    ['\u001b[31m\u007f\u0085\u009b', '"\\u001b[31m\\u007f\\u0085\\u009b"'],
    ['\u200e\u200f\u202a\u202e\u2066\u2069', '"\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['\ud83d x \ude00', '"\\ud83d x \\ude00"'],
    ['a "quoted" \\u000a', '"a \\"quoted\\" \\\\u000a"'],
  ])('is escaped: %j', (text, expected) => {
    expect(quotedForLog(text)).toBe(expected);
  });

  it('is cut at 200 characters, including escapes', () => {
    expect(quotedForLog('x'.repeat(201))).toBe(`"${'x'.repeat(200)}…"`);
    expect(quotedForLog('\n'.repeat(10_000)).length).toBeLessThanOrEqual(203);
    expect(quotedForLog(`${'x'.repeat(199)}😀`)).toMatch(/…"$/);
  });

  it('holds no misleading characters, whatever a client sends', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const line of [quotedForLog(text), logLine(text), thrownText(new Error(text)), thrownText(text)]) {
          expect(line).not.toMatch(UNSAFE);
        }
        expect(quotedForLog(text).length).toBeLessThanOrEqual(203);
      }),
    );
  });
});

describe('what was thrown', () => {
  const hostileError = Object.create(Error.prototype, {
    message: {
      get: () => {
        throw new Error('message');
      },
    },
    stack: {
      get: () => {
        throw new Error('stack');
      },
    },
  });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();

  it.each([
    ['an error', new TypeError('too long'), 'too long'],
    ['a text', 'a text', 'a text'],
    ['a symbol', Symbol('a'), 'Symbol(a)'],
    ['nothing', undefined, 'undefined'],
    ['an error without a message', new RangeError(), 'RangeError'],
    ['an object without a prototype', Object.create(null), 'a thrown value that has no text'],
    ['a revoked proxy', proxy, 'a thrown value that has no text'],
    ['an error whose message throws', hostileError, 'a thrown value that has no text'],
    ['an error with a message of lines', new Error(`no${FORGED}`), 'no\\u000a[Nest] 1 - LOG forged'],
  ])('has a text of one line if it is %s', (_what, error, expected) => {
    expect(thrownText(error)).toBe(expected);
  });

  it('has its whole stack, each line indented', () => {
    const error = new Error('too late');
    const lines = thrownStack(error).split('\n');
    expect(lines).toEqual(error.stack!.split('\n').map((line) => `    ${line}`));
    expect(lines.length).toBeGreaterThan(3);
  });

  it('has its message on one line, so that it cannot forge a frame or a line', () => {
    const stack = thrownStack(new Error(`no such order "7${FORGED}\n    at forged (file.ts:1:1)\u001b[2J"`));
    const [first, second] = stack.split('\n');
    expect(first).toBe(
      '    Error: no such order "7\\u000a[Nest] 1 - LOG forged\\u000a    at forged (file.ts:1:1)\\u001b[2J"',
    );
    expect(second).toMatch(/^ {8}at .*log-text\.spec\.ts/);
  });

  it.each([
    ['a stack of lines', Object.assign(new Error('x'), { stack: FORGED.repeat(3) })],
    ['a stack that is no text', Object.assign(new Error(FORGED), { stack: { toString: () => FORGED } })],
    ['a name of lines', Object.assign(new Error('x'), { name: FORGED, stack: undefined })],
    ['a message changed since', Object.assign(new Error(FORGED), { message: 'another' })],
    ['a cause of lines', new Error('x', { cause: new Error(FORGED, { cause: FORGED }) })],
    ['several errors', new AggregateError([new Error(FORGED), FORGED], FORGED)],
    ['no error', FORGED],
    ['getters that throw', hostileError],
    ['a revoked proxy', proxy],
  ])('cannot forge a line with %s', (_what, error) => {
    for (const line of thrownStack(error).split('\n')) {
      expect(line).toMatch(/^ {4}/);
      expect(line).not.toMatch(UNSAFE);
    }
  });

  it('has its cause, and each of several errors', () => {
    const stack = thrownStack(
      new Error('not sent', { cause: new AggregateError([new Error('one'), 'two'], 'both failed') }),
    );
    const heads = stack.split('\n').filter((line) => !/^ {8}at /.test(line));
    expect(heads).toEqual([
      '    Error: not sent',
      '    Caused by: AggregateError: both failed',
      '    One of: Error: one',
      '    One of: Thrown value: "two"',
    ]);
  });

  it('ends if causes form a circle or are many', () => {
    const [one, other] = [new Error('one'), new Error('other')];
    one.cause = other;
    other.cause = one;
    expect(thrownStack(one).match(/Error: /g)).toHaveLength(2);
    const many = new AggregateError(Array.from({ length: 1_000 }, (_, n) => new Error(`no ${n}`)));
    expect(thrownStack(many).match(/One of: /g)!.length).toBeLessThan(10);
  });

  it('is bounded, and keeps the frames of an error with a long message', () => {
    expect(thrownStack(new Error('x'.repeat(1_000_000)))).toMatch(/…\n {8}at /);
    const endless = Object.assign(new Error(), { stack: `Error\n${'    at f (file.ts:1:1)\n'.repeat(100_000)}` });
    expect(thrownStack(endless).length).toBeLessThanOrEqual(16_385);
    expect(thrownStack('x'.repeat(1_000_000)).length).toBeLessThan(250);
  });
});
