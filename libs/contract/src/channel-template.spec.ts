import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KNOWN_VALUES, legalValues, spellingOf, spellingsOf, strangeTexts } from '../test/param-values.js';
import { ChannelDefinitionError, ChannelParamsError, ChannelTemplate, matchChannelTemplate } from './index.js';

describe('a name template', () => {
  const orders = new ChannelTemplate('shops.{shopId}.orders.{orderId}');

  it('knows its params in order and its length in segments', () => {
    expect(orders.paramNames).toEqual(['shopId', 'orderId']);
    expect(orders.length).toBe(4);
    expect(new ChannelTemplate('ping')).toMatchObject({ paramNames: [], length: 1 });
  });

  it.each([
    ['', 'needs a name of 1 to 512 characters'],
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
    ['orders.%41', 'illegal segment "%41"'],
    ['ada%40example', 'illegal segment'],
    ['{a%2Eb}', 'illegal param'],
    [`${'a.'.repeat(256)}b`, '1 to 512 characters'],
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
      `shops.${'1'.repeat(129)}.orders.2`,
      'shops.1.orders.%41',
      'shops.1.orders.%2e',
      'shops.1.orders.%C0%AE',
      'shops.1.orders.%ED%A0%80',
      'shops.1.orders.%0A',
      'shops.1.orders.%',
      'shops.1.order%73.2',
      '%73hops.1.orders.2',
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

    it('gives values, not what stands for them in the name', () => {
      expect(matchChannelTemplate('u.{userId}', 'u.auth0%7C507f')).toMatchObject({ userId: 'auth0|507f' });
      expect(matchChannelTemplate('u.{userId}', 'u.%2E')).toMatchObject({ userId: '.' });
      expect(matchChannelTemplate('u.{userId}', 'u.%252E')).toMatchObject({ userId: '%2E' });
      expect(matchChannelTemplate('{a}.{b}', '%EF%BB%BF.a%2Eb')).toMatchObject({ a: '\ufeff', b: 'a.b' });
      expect(orders.matchSegments(['shops', '%25', 'orders', 'x'.repeat(128)])).toMatchObject({
        shopId: '%',
        orderId: 'x'.repeat(128),
      });
    });

    it('agrees with matches() about every name', () => {
      const segment = fc.constantFrom(
        'shops',
        'orders',
        'shop',
        'order',
        '1',
        '042',
        'a-b_c',
        '',
        ' ',
        'x'.repeat(129),
        '%2E',
        '%2e',
        '%C3%A9',
        '%C3',
      );
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
      fc.assert(
        fc.property(strangeTexts, fc.constantFrom(...templates, new ChannelTemplate('{a}.{b}')), (name, template) => {
          expect(template.matches(name)).toBe(template.match(name) !== null);
        }),
        { numRuns: 1_000 },
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
      [{ shopId: '1', orderId: 42 }, 'must be a string, and its type is number; convert an id with String(id)'],
      [{ shopId: '1', orderId: 42n }, 'its type is bigint; convert an id with String(id)'],
      [{ shopId: '1', orderId: null }, 'must be a string'],
      [{ shopId: '1', orderId: ['2'] }, 'must be a string'],
      [{ shopId: '1', orderId: Object('2') as unknown }, 'must be a string'],
      [
        { shopId: '1', orderId: '' },
        'Param "orderId" of channel "shops.{shopId}.orders.{orderId}" is empty; give it 1 to 128',
      ],
      [
        { shopId: '1', orderId: '2\n' },
        'Param "orderId" of channel "shops.{shopId}.orders.{orderId}" has a control character',
      ],
      [{ shopId: '1', orderId: '\0' }, 'has a control character, such as a line end; remove it'],
      [{ shopId: '1', orderId: '\u007f' }, 'has a control character'],
      [{ shopId: '1', orderId: 'a\u0085' }, 'has a control character'],
      [{ shopId: '1', orderId: '\ud83d' }, 'has a lone surrogate, half of a character; cut texts between characters'],
      [
        { shopId: '\udc00a', orderId: '2' },
        'Param "shopId" of channel "shops.{shopId}.orders.{orderId}" has a lone surrogate',
      ],
      [{ shopId: '1', orderId: 'x'.repeat(129) }, 'is longer than 128 characters; use a shorter key'],
      [{ shopId: '1', orderId: '.'.repeat(129) }, 'is longer than 128 characters'],
      [Object.create({ shopId: '1', orderId: '2' }), 'needs the param "shopId"'],
    ])('refuses the params %j and says how to fix them', (params, fix) => {
      expect(() => orders.build(params as Record<string, string>)).toThrow(ChannelParamsError);
      expect(() => orders.build(params as Record<string, string>)).toThrow(fix);
    });

    it('refuses params of a template that takes none', () => {
      expect(() => new ChannelTemplate('ping').build({ id: '1' })).toThrow('it takes no params');
    });

    it('refuses params that make the name longer than 512 characters', () => {
      const wide = new ChannelTemplate('{a}.{b}.{c}.{d}');
      const params = { a: 'a'.repeat(128), b: 'b'.repeat(128), c: 'c'.repeat(128), d: 'd'.repeat(126) };
      expect(() => wide.build(params)).toThrow(ChannelParamsError);
      expect(() => wide.build(params)).toThrow(
        'Channel "{a}.{b}.{c}.{d}" with these params has a name of 513 characters, and 512 is the most; use shorter keys.',
      );
      expect(wide.build({ ...params, d: 'd'.repeat(125) })).toHaveLength(512);
      expect(() => new ChannelTemplate('u.{id}').build({ id: '😀'.repeat(43) })).toThrow('a name of 518 characters');
    });

    it('encodes every value that is not plain', () => {
      expect(orders.build({ shopId: 'a.b', orderId: 'ada@example.com' })).toBe(
        'shops.a%2Eb.orders.ada%40example%2Ecom',
      );
      expect(orders.build({ shopId: '%2E', orderId: 'x'.repeat(128) })).toBe(`shops.%252E.orders.${'x'.repeat(128)}`);
      for (const value of KNOWN_VALUES) {
        expect(new ChannelTemplate('u.{id}').build({ id: value })).toBe(`u.${spellingOf(value)}`);
      }
    });

    it('builds names that match() reads back', () => {
      const short = legalValues.filter((value) => spellingOf(value).length < 240);
      fc.assert(
        fc.property(short, short, (shopId, orderId) => {
          const name = orders.build({ shopId, orderId });
          expect({ ...orders.match(name) }).toEqual({ shopId, orderId });
          expect(orders.matches(name)).toBe(true);
        }),
        { numRuns: 1_000 },
      );
    });

    it('builds the only name that match() reads back as these params', () => {
      const template = new ChannelTemplate('u.{id}');
      fc.assert(
        fc.property(
          legalValues.chain((id) => fc.tuple(fc.constant(id), spellingsOf(id))),
          ([id, spelling]) => {
            const name = `u.${spelling}`;
            const isTheOne = name === template.build({ id });
            expect(template.matches(name)).toBe(isTheOne);
            if (isTheOne) expect({ ...template.match(name) }).toEqual({ id });
            else expect(template.match(name)).toBeNull();
          },
        ),
        { numRuns: 1_000 },
      );
    });

    it('gives two lists of params two names', () => {
      const pair = new ChannelTemplate('{a}.{b}');
      const near = fc.constantFrom('a', 'b', 'a.b', '.', '%2E', 'a%2Eb', '%', '%25', 'é', 'e\u0301', 'A', '\ufeffa');
      const params = fc.record({ a: near, b: near });
      fc.assert(
        fc.property(params, params, (one, other) => {
          expect(pair.build(one) === pair.build(other)).toBe(one.a === other.a && one.b === other.b);
        }),
        { numRuns: 1_000 },
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
