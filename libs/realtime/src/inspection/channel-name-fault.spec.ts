import { describe, expect, it } from '@jest/globals';
import { isLegalChannelName } from '@nestjs-realtime/contract';
import fc from 'fast-check';
import { channelNameFault } from './channel-name-fault.js';

describe('the fault of a channel name', () => {
  it.each([
    ['', 'it is empty'],
    ['a..b', 'segment 2 is empty'],
    ['.a', 'segment 1 is empty'],
    ['a.', 'segment 2 is empty'],
    ['a.'.repeat(300), 'it has 600 characters, and 512 is the most'],
    ['orders.{orderId}', '"{orderId}" is a param of a name template; write its value instead'],
    ['orders.a b', 'segment "a b" is spelled "a%20b", and a dot within a value "%2E"'],
    ['users.ada@example', 'segment "ada@example" is spelled "ada%40example", and a dot within a value "%2E"'],
    ['users.auth0%7c1', 'segment "auth0%7c1" is spelled "auth0%7C1", and a dot within a value "%2E"'],
    ['users.%41', 'segment "%41" is spelled "A", and a dot within a value "%2E"'],
    ['a.100%', 'segment "100%" stands for no value of 1 to 128 characters without control characters'],
    ['a.b\nc', 'segment "b\\u000ac" stands for no value of 1 to 128 characters without control characters'],
    [
      `a.${'b'.repeat(129)}`,
      `segment "${'b'.repeat(129)}" stands for no value of 1 to 128 characters without control characters`,
    ],
  ])('of %j says how it is fixed', (name, problem) => {
    expect(channelNameFault(name)).toMatch(/^".*" is no legal channel name: /);
    expect(channelNameFault(name)?.slice(-problem.length - 1)).toBe(`${problem}.`);
  });

  it('exists for exactly the names that are not legal, and is one safe line', () => {
    const segment = fc.oneof(
      fc.stringMatching(/^[\w%{}-]{0,6}$/),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ maxLength: 140 }),
    );
    const name = fc.array(segment, { maxLength: 5 }).map((segments) => segments.join('.'));
    fc.assert(
      fc.property(name, (text) => {
        const fault = channelNameFault(text);
        expect(fault === null).toBe(isLegalChannelName(text));
        expect(fault ?? '').not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
      { numRuns: 500 },
    );
  });

  it('suggests a legal spelling, also of a value that is long where it is encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }), (text) => {
        const spelling = /is spelled "(.*)", and/.exec(channelNameFault(text) ?? '')?.[1];
        if (spelling !== undefined) expect(isLegalChannelName(spelling)).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(channelNameFault('é'.repeat(80))).toContain(`is spelled "${'%C3%A9'.repeat(80)}"`);
    expect(channelNameFault('é'.repeat(90))).toContain('has 540 characters where it is encoded, and 512 is the most');
  });
});
