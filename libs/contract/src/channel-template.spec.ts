import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ChannelDefinitionError, ChannelParamsError, ChannelTemplate, matchChannelTemplate } from './index.js';

describe('a name template', () => {
  const orders = new ChannelTemplate('shops.{shopId}.orders.{orderId}');

  it('knows its params in order and its length in segments', () => {
    expect(orders.paramNames).toEqual(['shopId', 'orderId']);
    expect(orders.length).toBe(4);
    expect(new ChannelTemplate('ping')).toMatchObject({ paramNames: [], length: 1 });
  });

  it.each([
    ['', 'needs a name of 1 to 200 characters'],
    ['.', 'illegal segment ""'],
    ['a..b', 'illegal segment ""'],
    ['a.', 'illegal segment ""'],
    ['.a', 'illegal segment ""'],
    ['a b', 'illegal segment "a b"'],
    ['a\n', 'illegal segment'],
    ['a\0b', 'illegal segment'],
    ['é', 'illegal segment'],
    ['orders-{id}', 'one whole {param}'],
    ['{id}-x', 'one whole {param}'],
    ['{a}{b}', 'illegal param'],
    ['{', 'illegal segment "{"'],
    ['}', 'illegal segment "}"'],
    ['{}', 'illegal param "{}"'],
    ['{{a}}', 'illegal param'],
    ['{a.b}', 'illegal segment "{a"'],
    ['{a b}', 'illegal param'],
    ['{a\n}', 'illegal param'],
    ['{\n}', 'illegal param'],
    ['{a\0}', 'illegal param'],
    ['{id?}', 'illegal param'],
    ['{...id}', 'illegal segment'],
    ['*', 'illegal segment "*"'],
    ['{__proto__}', 'none of __proto__, constructor, prototype'],
    ['{constructor}', 'none of __proto__, constructor, prototype'],
    ['a.{prototype}', 'none of __proto__, constructor, prototype'],
    ['{id}.{id}', 'uses the param "{id}" twice'],
    ['a.{id}.b.{id}', 'give each its own name'],
    ['x'.repeat(65), '1 to 64'],
    [`{${'x'.repeat(65)}}`, '1 to 64'],
    [`${'a.'.repeat(100)}b`, '1 to 200 characters'],
  ])('refuses the source %j and says why', (source, fix) => {
    expect(() => new ChannelTemplate(source)).toThrow(ChannelDefinitionError);
    expect(() => new ChannelTemplate(source)).toThrow(fix);
  });

  it.each([undefined, null, 42, {}, ['a']])('refuses a source that is not a string (case %#)', (source) => {
    expect(() => new ChannelTemplate(source as string)).toThrow(ChannelDefinitionError);
  });

  describe('match', () => {
    it('gives the params as strings, frozen and without a prototype', () => {
      const params = orders.match('shops.042.orders.007');
      expect(params).toEqual(Object.assign(Object.create(null) as object, { shopId: '042', orderId: '007' }));
      expect(Object.getPrototypeOf(params)).toBeNull();
      expect(Object.isFrozen(params)).toBe(true);
      expect(new ChannelTemplate('ping').match('ping')).toEqual(Object.create(null));
    });

    it.each([
      'shops.1.orders',
      'shops.1.orders.2.3',
      'shop.1.orders.2',
      'shops.1.order.2',
      'SHOPS.1.orders.2',
      'shops..orders.2',
      'shops.1.orders.',
      'shops.1.orders.2\n',
      'shops.1\0.orders.2',
      'shops.a b.orders.2',
      'shops.{shopId}.orders.{orderId}',
      `shops.${'1'.repeat(65)}.orders.2`,
      '',
    ])('refuses the name %j', (name) => {
      expect(orders.match(name)).toBeNull();
      expect(orders.matches(name)).toBe(false);
    });

    it.each([undefined, null, 42, {}])('refuses a name that is not a string (case %#)', (name) => {
      expect(orders.match(name as string)).toBeNull();
      expect(orders.matches(name as string)).toBe(false);
    });

    it('keeps every param a string, also one that looks like a number or a reserved word', () => {
      expect(matchChannelTemplate('u.{userId}', 'u.undefined')).toMatchObject({ userId: 'undefined' });
      expect(matchChannelTemplate('u.{userId}', 'u.__proto__')).toMatchObject({ userId: '__proto__' });
      expect(matchChannelTemplate('u.{userId}', 'u.42')).toMatchObject({ userId: '42' });
      expect(matchChannelTemplate(new ChannelTemplate('u.{userId}'), 'u.a-b_c')).toMatchObject({ userId: 'a-b_c' });
      expect(matchChannelTemplate('u.{userId}', 'v.42')).toBeNull();
    });

    it('agrees with matches() about every name', () => {
      const segment = fc.constantFrom('shops', 'orders', 'shop', 'order', '1', '042', 'a-b_c', '', ' ', 'x'.repeat(65));
      const templates = ['shops.{shopId}.orders.{orderId}', '{a}.orders', 'shops', '{a}'].map(
        (t) => new ChannelTemplate(t),
      );
      fc.assert(
        fc.property(fc.array(segment, { maxLength: 5 }), fc.constantFrom(...templates), (segments, template) => {
          const name = segments.join('.');
          expect(template.matches(name)).toBe(template.match(name) !== null);
        }),
        { numRuns: 2_000 },
      );
    });
  });

  describe('build', () => {
    it('fills in every param', () => {
      expect(orders.build({ orderId: '2', shopId: '1' })).toBe('shops.1.orders.2');
      expect(new ChannelTemplate('ping').build({})).toBe('ping');
    });

    it.each([
      [{ shopId: '1' }, 'needs the param "orderId"; it takes { shopId, orderId }'],
      [{ shopId: '1', orderId: undefined }, 'needs the param "orderId"'],
      [{ shopId: '1', orderId: '2', extra: '3' }, 'has no param "extra"; it takes { shopId, orderId }'],
      [{ shopId: '1', orderID: '2' }, 'has no param "orderID"'],
      [{ shopId: '1', orderId: '' }, 'Param "orderId"'],
      [{ shopId: '1', orderId: 'a.b' }, 'without dots'],
      [{ shopId: '1', orderId: '2\n' }, 'Param "orderId"'],
      [{ shopId: '1', orderId: '\0' }, 'Param "orderId"'],
      [{ shopId: '1', orderId: ' 2' }, 'Param "orderId"'],
      [{ shopId: '1', orderId: 2 }, 'must be a string'],
      [{ shopId: '1', orderId: null }, 'must be a string'],
      [{ shopId: '1', orderId: ['2'] }, 'must be a string'],
      [{ shopId: '1', orderId: 'x'.repeat(65) }, '1 to 64'],
      [Object.create({ shopId: '1', orderId: '2' }), 'needs the param "shopId"'],
    ])('refuses the params %j and says how to fix them', (params, fix) => {
      expect(() => orders.build(params as Record<string, string>)).toThrow(ChannelParamsError);
      expect(() => orders.build(params as Record<string, string>)).toThrow(fix);
    });

    it('refuses params of a template that takes none', () => {
      expect(() => new ChannelTemplate('ping').build({ id: '1' })).toThrow('it takes no params');
    });

    it('refuses params that make the name longer than 200 characters', () => {
      const wide = new ChannelTemplate('{a}.{b}.{c}.{d}');
      const params = { a: 'a'.repeat(64), b: 'b'.repeat(64), c: 'c'.repeat(64), d: 'd'.repeat(6) };
      expect(() => wide.build(params)).toThrow('longer than 200 characters; use shorter keys');
      expect(wide.build({ ...params, d: 'd'.repeat(5) })).toHaveLength(200);
    });

    it('builds names that match() reads back', () => {
      const value = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
      fc.assert(
        fc.property(value, value, (shopId, orderId) => {
          expect({ ...orders.match(orders.build({ shopId, orderId })) }).toEqual({ shopId, orderId });
        }),
      );
    });
  });

  it.each([
    ['orders.{id}', 'orders.{orderId}', true],
    ['orders.{id}', 'orders.new', true],
    ['orders.{id}', '{kind}.new', true],
    ['{a}.{b}', 'x.{c}', true],
    ['ping', 'ping', true],
    ['orders.{id}', 'orders', false],
    ['orders.{id}', 'orders.{id}.lines', false],
    ['orders.{id}', 'articles.{id}', false],
    ['{id}.a', '{id}.b', false],
    ['ping', 'Ping', false],
  ])('says whether %j overlaps with %j: %s', (left, right, overlaps) => {
    expect(new ChannelTemplate(left).overlaps(new ChannelTemplate(right))).toBe(overlaps);
    expect(new ChannelTemplate(right).overlaps(new ChannelTemplate(left))).toBe(overlaps);
  });
});
