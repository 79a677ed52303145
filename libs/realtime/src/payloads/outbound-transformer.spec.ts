import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { PayloadClass } from '@nestjs-realtime/contract';
import * as transformer from 'class-transformer';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import { Allow, IsArray, IsInstance, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { RealtimeException } from '../realtime.exception.js';
import { ClassSchemaCompiler } from './class-schema.js';
import { ClassTransformations } from './class-transformations.js';
import { ClassValidation } from './class-validation.js';
import { OutboundTransformer } from './outbound-transformer.js';

const compiler = await ClassSchemaCompiler.load();
const compile = (type: PayloadClass) => compiler!.compile(type, 'Event "x"');
const sent = (type: PayloadClass, payload: unknown) =>
  JSON.parse(JSON.stringify(compile(type).strip(payload))) as unknown;

function issueOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof RealtimeException)) throw error;
    const [{ path, message }] = error.issues!;
    return `${path}: ${message}`;
  }
  throw new Error('It passed');
}

/** Cannot be made without arguments, as most number and id classes. */
class Decimal {
  calls = 0;
  readonly #digits: string;
  constructor(digits: string) {
    this.#digits = digits.trim();
  }
  toJSON(): string {
    this.calls++;
    return this.#digits;
  }
}
class Person {
  name = 'ann';
  @Exclude()
  password = 'SECRET';
}
class Item {
  @IsInt()
  n: number;
}
class Anything {
  @Allow()
  value: unknown;
}

describe('a class, outbound', () => {
  it('sends what toJSON() answers, and calls it once', () => {
    class Invoice {
      @IsInstance(Decimal)
      total: Decimal;
      @IsInstance(URL)
      link: URL;
      @IsArray()
      parts: unknown[];
    }
    const total = new Decimal('1.50');
    const payload = {
      total,
      link: new URL('http://a.example/b'),
      parts: [new Decimal('2'), { deep: new Decimal('3') }],
    };
    expect(sent(Invoice, payload)).toEqual({ total: '1.50', link: 'http://a.example/b', parts: ['2', { deep: '3' }] });
    expect(total.calls).toBe(1);
    expect(payload.total).toBe(total);
  });

  it('lets its own toJSON() say what is sent, of declared fields only, as the types say', () => {
    class Price {
      @IsInt()
      cents: number;
      toJSON(): object {
        return { ...this, euros: this.cents / 100 };
      }
    }
    class Cart {
      @IsString()
      name: string;
      @ValidateNested({ each: true })
      @Type(() => Price)
      prices: Price[];
    }
    const price = Object.assign(new Price(), { cents: 150, secret: 'SECRET' });
    expect(sent(Price, price)).toEqual({ cents: 150, euros: 1.5 });
    expect(sent(Price, { cents: 150, secret: 'SECRET' })).toEqual({ cents: 150, euros: 1.5 });
    expect(sent(Cart, { name: 'a', prices: [price] })).toEqual({ name: 'a', prices: [{ cents: 150, euros: 1.5 }] });
    expect(price).toHaveProperty('secret');
    expect(compile(Price).parse({ cents: 150 })).toBeInstanceOf(Price);
  });

  it('strips a copy of a nested object that has its own toJSON()', () => {
    class Price {
      @IsInt()
      cents: number;
      toJSON(): object {
        return { ...this };
      }
    }
    class Offer {
      @ValidateNested()
      price: Price;
    }
    const price = Object.assign(new Price(), { cents: 1, secret: 'SECRET' });
    expect(sent(Offer, { price })).toEqual({ price: { cents: 1 } });
    expect(price).toHaveProperty('secret');
  });

  it('lets class-transformer decide about a class that has its decorators, toJSON() or not', () => {
    class Account extends Person {
      toJSON(): object {
        return { ...this };
      }
    }
    expect(sent(Anything, { value: new Account() })).toEqual({ value: { name: 'ann' } });
  });

  it('applies @Exclude to what toJSON() answers, and to what an object without decorators holds', () => {
    class Team {
      readonly [Symbol.toStringTag] = 'Team';
      members = [new Person()];
    }
    class Page {
      readonly #people = [new Person()];
      toJSON(): object {
        return { people: this.#people, teams: [new Team()] };
      }
    }
    const people = [{ name: 'ann' }];
    expect(sent(Anything, { value: new Page() })).toEqual({ value: { people, teams: [{ members: people }] } });
    expect(sent(Anything, { value: [new Team()] })).toEqual({ value: [{ members: people }] });
  });

  it('treats the answer of toJSON() as JSON does: its own toJSON() is not called', () => {
    const answers = (answer: unknown) => ({ value: { toJSON: () => answer } });
    expect(issueOf(() => sent(Anything, answers(new Date(0))))).toMatch(/^value: JSON cannot carry a Date on which/);
    expect(issueOf(() => sent(Anything, answers(new Map())))).toMatch(/^value: JSON cannot carry a Map/);
    expect(issueOf(() => sent(Anything, answers(Buffer.from('a'))))).toMatch(/^value: JSON cannot carry binary data/);
    expect(sent(Anything, answers({ n: 1, toJSON: () => 2 }))).toEqual({ value: { n: 1 } });
    const throwing = {
      toJSON() {
        throw new Error('boom');
      },
    };
    expect(issueOf(() => sent(Anything, { value: [throwing] }))).toMatch(/^value\.0: reading it throws/);
  });

  it('calls no function, and reports it', () => {
    let calls = 0;
    const call = () => calls++;
    expect(issueOf(() => sent(Anything, { value: { call } }))).toMatch(/^value\.call: JSON cannot carry a function/);
    expect(issueOf(() => sent(Anything, { value: call }))).toMatch(/^value: JSON cannot carry a function/);
    expect(calls).toBe(0);
    class Named {
      @IsString()
      name: string;
      @Expose({ toPlainOnly: true })
      shout(): string {
        return this.name.toUpperCase();
      }
    }
    expect(sent(Named, { name: 'ann' })).toEqual({ name: 'ann', shout: 'ANN' });
  });

  it('reports a Map or a Set also where its members are declared, and strips only copies of them', () => {
    class Catalog {
      @IsOptional()
      @ValidateNested({ each: true })
      @Type(() => Item)
      byName?: Map<string, Item>;
      @IsOptional()
      @ValidateNested({ each: true })
      @Type(() => Item)
      all?: Set<Item>;
    }
    const item = Object.assign(new Item(), { n: 1, secret: 'SECRET' });
    expect(issueOf(() => sent(Catalog, { byName: new Map([['a', item]]) }))).toMatch(
      /^byName: JSON cannot carry a Map/,
    );
    expect(issueOf(() => sent(Catalog, { all: new Set([item]) }))).toMatch(/^all: JSON cannot carry a Set/);
    expect(issueOf(() => sent(Catalog, { all: new Set([{ n: 'x' }]) }))).toMatch(/: n must be an integer number$/);
    expect(item).toHaveProperty('secret');
  });

  it('sends what a @Transform makes of a Map, a Set or an Error', () => {
    class Report {
      @Allow()
      @Transform(({ value }: { value: unknown }) => (value instanceof Set ? [...value] : value), { toPlainOnly: true })
      tags: Set<string>;
      @Allow()
      @Transform(({ value }: { value: Error }) => ({ message: value.message }), { toPlainOnly: true })
      error: Error;
      @Type(() => String)
      @IsString()
      id: Decimal;
      @Allow()
      @Exclude({ toPlainOnly: true })
      internal: Map<string, string>;
    }
    const id = { toString: () => '7', toJSON: () => '8' };
    const payload = { tags: new Set(['a']), error: new Error('boom'), id, internal: new Map() };
    expect(sent(Report, payload)).toEqual({ tags: ['a'], error: { message: 'boom' }, id: '7' });
  });

  it('keeps the places of list items behind a hole, which is reported', () => {
    const list = [1, 2, 3];
    Reflect.deleteProperty(list, 1);
    expect(issueOf(() => sent(Anything, { value: list }))).toMatch(/^value\.1: JSON cannot carry undefined in a list/);
  });

  it('ends for a foreign object that contains itself', () => {
    const error = new Error('a') as Error & { self?: Error };
    error.self = error;
    expect(issueOf(() => sent(Anything, { value: error }))).toMatch(/^value: JSON cannot carry an Error/);
  });

  // Jest fails the test for a rejection that nothing handles.
  it('leaves no rejected promise behind', async () => {
    const late = Promise.reject(new Error('late'));
    late.catch(() => undefined);
    expect(issueOf(() => sent(Anything, { value: late }))).toMatch(/^value: JSON cannot carry a Promise/);
    await new Promise(setImmediate);
  });
});

describe('the outbound transformer', () => {
  it('needs to know which classes have decorators of class-transformer', async () => {
    expect(await OutboundTransformer.load(null)).toBeNull();
    expect(await OutboundTransformer.load(await ClassTransformations.load())).not.toBeNull();
  });

  it('may be missing: what the public functions of class-transformer leave is still looked at', async () => {
    const stock = new ClassSchemaCompiler(await ClassValidation.load(), transformer);
    const { strip } = stock.compile(Anything, 'Event "x"');
    expect(strip({ value: { a: [1], at: new Date(0) } })).toEqual({ value: { a: [1], at: new Date(0) } });
    expect(issueOf(() => strip({ value: [Number.NaN] }))).toMatch(/^value\.0: JSON cannot carry NaN/);
  });
});
