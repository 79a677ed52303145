import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matchChannelName } from './channel-match.js';

describe('the params in a name that the server has sent', () => {
  it.each([
    ['inbox.{userId}', 'inbox.u1', { userId: 'u1' }],
    ['{a}.of.{b}', '1.of.2', { a: '1', b: '2' }],
    ['ping', 'ping', {}],
    ['inbox.{userId}', 'inbox.%C3%A9%2E', { userId: 'é.' }],
    ['x.{__proto__}', 'x.1', JSON.parse('{"__proto__":"1"}')],
  ])('of %j in %j are %j', (template, name, params) => {
    expect(matchChannelName(template, name)).toStrictEqual(params);
  });

  it.each([
    ['inbox.{userId}', 'inbox'],
    ['inbox.{userId}', 'inbox.a.b'],
    ['inbox.{userId}', 'outbox.u1'],
    ['inbox.{userId}.x', 'inbox.u1.y'],
    ['inbox.{userId}', 'inbox.%E9'],
    ['inbox.{userId}', 'inbox.%'],
    ['ping', 'pong'],
  ])('of %j are not in %j', (template, name) => {
    expect(matchChannelName(template, name)).toBeNull();
  });

  it('are those that were encoded, whatever they are', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    const encoded = (text: string): string =>
      encodeURIComponent(text).replace(/[.!~*'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(matchChannelName('x.{a}.{b}', `x.${encoded(a)}.${encoded(b)}`)).toEqual({ a, b });
      }),
    );
  });
});
