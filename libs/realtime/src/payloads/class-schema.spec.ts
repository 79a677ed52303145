import 'reflect-metadata';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { Issue, PayloadClass } from '@nestjs-realtime/contract';
import * as transformer from 'class-transformer';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDate,
  IsDefined,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { z } from 'zod';
import { RealtimeException, RealtimeFault } from '../realtime.exception.js';
import { ClassSchemaCompiler } from './class-schema.js';
import { ClassValidation } from './class-validation.js';
import { PayloadSchemaCompiler } from './payload-schema.compiler.js';

class Item {
  @IsInt()
  n: number;
}
class Order {
  @IsString()
  title: string;
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Item)
  items?: Item[];
  @IsOptional()
  @ValidateNested()
  @Type(() => Item)
  first?: Item;
}

const schemas = new PayloadSchemaCompiler(await ClassSchemaCompiler.load());
/** Cannot read class-transformer's storage, so it uses class-transformer for every class. */
const transforming = new ClassSchemaCompiler(await ClassValidation.load(), transformer);
const compile = (type: PayloadClass) => schemas.compile(type, 'Message "x"');

function issuesOf(run: () => unknown): readonly Issue[] | undefined {
  try {
    run();
  } catch (error) {
    if (!(error instanceof RealtimeException)) throw error;
    expect(error.code).toBe('INVALID_PAYLOAD');
    return error.issues;
  }
  throw new Error('It passed');
}
const parse = (type: PayloadClass, payload: unknown) => compile(type).parse(payload);

describe('a class as a schema', () => {
  it('creates an instance, with nested instances', () => {
    const order = parse(Order, { title: 'a', items: [{ n: 1 }], first: { n: 2 } }) as Order;
    expect(order).toBeInstanceOf(Order);
    expect(order.items![0]).toBeInstanceOf(Item);
    expect(order).toEqual({ title: 'a', items: [{ n: 1 }], first: { n: 2 } });
  });

  it('refuses unknown inbound properties at any depth, and names those that are plain identifiers', () => {
    expect(issuesOf(() => parse(Order, { title: 'a', extra: 1 }))).toEqual([
      { path: 'extra', message: 'unknown property' },
    ]);
    expect(issuesOf(() => parse(Order, { title: 'a', items: [{ n: 1, x: 1 }] }))).toEqual([
      { path: 'items.0.x', message: 'unknown property' },
    ]);
    const hostile = '<script>\u0000\n';
    expect(JSON.stringify(issuesOf(() => parse(Order, { title: 'a', [hostile]: 1 })))).not.toContain('script');
  });

  it('strips unknown outbound properties, and does not change the payload of the caller', () => {
    const payload = { title: 'a', secret: 1, items: [{ n: 1, secret: 2 }], first: { n: 1, secret: 3 } };
    const before = structuredClone(payload);
    expect(compile(Order).strip(payload)).toEqual({ title: 'a', items: [{ n: 1 }], first: { n: 1 } });
    expect(payload).toEqual(before);
    const instance = Object.assign(new Order(), payload);
    expect(compile(Order).strip(instance)).toEqual({ title: 'a', items: [{ n: 1 }], first: { n: 1 } });
    expect(instance).toMatchObject(before);
  });

  it('gives nested paths as items.0.n', () => {
    const issues = issuesOf(() => parse(Order, { title: 1, items: [{ n: 1 }, { n: '2' }], first: { n: 1.5 } }));
    expect(issues!.map(({ path }) => path)).toEqual(['title', 'items.1.n', 'first.n']);
    expect(issues![1].message).toBe('n must be an integer number');
  });

  it('gives at most 10 issues', () => {
    const items = Array.from({ length: 500 }, () => ({ n: 'x' }));
    const issues = issuesOf(() => parse(Order, { title: 'a', items }))!;
    expect(issues).toHaveLength(10);
    expect(issues[9].path).toBe('items.9.n');
    const unknown = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i]));
    expect(issuesOf(() => parse(Order, { title: 'a', ...unknown }))).toHaveLength(10);
  });

  it('refuses an array in place of a declared object, at any depth', () => {
    class Box {
      @ValidateNested()
      @Type(() => Order)
      order: Order;
    }
    expect(issuesOf(() => parse(Order, { title: 'a', first: [{ n: 1 }] }))![0].path).toBe('first');
    expect(issuesOf(() => parse(Order, { title: 'a', first: [] }))![0].path).toBe('first');
    expect(issuesOf(() => parse(Box, { order: { title: 'a', first: [{ n: 1 }] } }))![0].path).toBe('order.first');
    expect(issuesOf(() => parse(Order, { title: 'a', items: { n: 1 } }))).toBeDefined();
  });

  it('leaves arrays within arrays to the class, which refuses them with @IsObject({ each: true })', () => {
    class Flat {
      @IsObject({ each: true })
      @ValidateNested({ each: true })
      @Type(() => Item)
      items: Item[];
    }
    class Grid {
      @ValidateNested({ each: true })
      @Type(() => Item)
      rows: Item[][];
    }
    expect(issuesOf(() => parse(Flat, { items: [[{ n: 1 }]] }))![0].path).toBe('items');
    expect(parse(Grid, { rows: [[{ n: 1 }]] })).toEqual({ rows: [[{ n: 1 }]] });
    expect(issuesOf(() => parse(Grid, { rows: [[{ n: 'x' }]] }))![0].path).toBe('rows.0.0.n');
  });

  it.each([undefined, null, 42, 'a', true, [], [{ title: 'a' }], new Date(), new Map(), () => 1])(
    'refuses a payload that is no object (case %#)',
    (payload) => {
      expect(issuesOf(() => parse(Order, payload))).toEqual([{ path: '', message: 'must be an object' }]);
    },
  );

  it('converts no value by itself', () => {
    class Loose {
      @IsInt()
      n: number;
      @IsBoolean()
      b: boolean;
    }
    expect(issuesOf(() => parse(Loose, { n: '1', b: 'true' }))!.map(({ path }) => path)).toEqual(['n', 'b']);
    expect(parse(Loose, { n: 1, b: true })).toEqual({ n: 1, b: true });
  });

  it('treats a @Transform that throws as a refusal, without its text', () => {
    class Upper {
      @IsString()
      @Transform(({ value }: { value: string }) => value.toUpperCase())
      text: string;
    }
    expect(parse(Upper, { text: 'a' })).toEqual({ text: 'A' });
    expect(issuesOf(() => parse(Upper, { text: 42 }))).toBeUndefined();
    expect(() => parse(Upper, { text: 42 })).toThrow('The payload is not valid.');
  });

  it('sends dates as ISO text and applies @Exclude and @Expose', () => {
    class Invoice {
      @IsDate()
      at: Date;
      @IsString()
      @Exclude({ toPlainOnly: true })
      internal: string;
      @IsInt()
      cents: number;
      @Expose({ toPlainOnly: true })
      @IsOptional()
      get euros(): number {
        return this.cents / 100;
      }
    }
    const invoice = Object.assign(new Invoice(), { at: new Date('2026-11-23T00:00:00Z'), internal: 'x', cents: 150 });
    expect(JSON.parse(JSON.stringify(compile(Invoice).strip(invoice)))).toEqual({
      at: '2026-11-23T00:00:00.000Z',
      cents: 150,
      euros: 1.5,
    });
  });

  it('keeps free-form objects that the class allows', () => {
    class Free {
      @IsObject()
      meta: object;
    }
    expect(parse(Free, { meta: { a: [1, { b: [] }] } })).toEqual({ meta: { a: [1, { b: [] }] } });
  });

  it('refuses an outbound payload with a cycle', () => {
    const cycle: Record<string, unknown> = { title: 'a' };
    cycle.first = cycle;
    expect(issuesOf(() => compile(Order).strip(cycle))).toEqual([
      {
        path: 'first',
        message: 'JSON cannot carry an object that contains itself; send its id, or leave the circular reference out',
      },
    ]);
  });

  it('must have decorators, and the error names the place and the fix', () => {
    class Bare {
      text: string;
    }
    expect(() => compile(Bare)).toThrow(RealtimeFault);
    expect(() => compile(Bare)).toThrow(
      'Message "x" is described by the class Bare, which has no class-validator decorators; decorate its properties, for example with @IsString().',
    );
    class Inheriting extends Order {}
    expect(() => compile(Inheriting)).not.toThrow();
  });

  it('needs its two peer dependencies, and the error says how to install them', () => {
    const bare = new PayloadSchemaCompiler(null);
    expect(() => bare.compile(Order, 'Event "shipped"')).toThrow(
      'Event "shipped" is described by the class Order, which needs class-validator and class-transformer: npm install class-validator class-transformer.',
    );
    expect(bare.compile(z.string(), 'Event "x"').parse('a')).toBe('a');
  });

  it('loads the peer dependencies by itself', async () => {
    const loaded = await ClassSchemaCompiler.load();
    expect(loaded!.compile(Order, 'x')).toBeDefined();
  });

  /** The result or the issues, as a value that can be compared. */
  const outcome = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (error) {
      return (error as RealtimeException).issues;
    }
  };
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null));

  it('copies a flat class with the same result as class-transformer', () => {
    class Flat {
      @IsString()
      text: string;
      @IsOptional()
      @IsInt()
      n?: number;
    }
    const copied = compile(Flat);
    const transformed = transforming.compile(Flat, 'x');
    const value = fc.oneof(scalar, fc.object());
    const payloads = fc.dictionary(fc.constantFrom('text', 'n', 'extra'), value, { noNullPrototype: true });
    fc.assert(
      fc.property(payloads, (payload) => {
        expect(outcome(() => copied.parse({ ...payload }))).toEqual(outcome(() => transformed.parse({ ...payload })));
        expect(outcome(() => copied.strip({ ...payload }))).toEqual(outcome(() => transformed.strip({ ...payload })));
      }),
    );
    expect(copied.parse({ text: 'x' })).toBeInstanceOf(Flat);
    const own = Object.assign(new Flat(), { text: 'x', secret: 1 });
    expect(copied.strip(own)).toEqual({ text: 'x' });
    expect(own).toHaveProperty('secret');
  });

  it('runs the constraints with the same result as class-validator', () => {
    class Base {
      @IsDefined()
      @IsIn(['open', 'closed'])
      state: string;
    }
    class Ticket extends Base {
      @IsInt()
      @Min(0)
      n: number;
      @IsOptional()
      @MaxLength(3)
      note?: string;
      @ValidateIf(({ state }: Ticket) => state === 'closed')
      @IsString()
      reason?: string;
      @IsArray()
      @ArrayMaxSize(2)
      @IsString({ each: true, message: 'tags are words' })
      tags: string[];
      @Allow()
      free: boolean;
    }
    const quick = compile(Ticket);
    const thorough = transforming.compile(Ticket, 'x');
    // Each property is valid in most payloads, else most payloads would be refused for several reasons at once.
    const mostly = <T>(good: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: fc.oneof(scalar, fc.array(scalar)) });
    const payloads = fc.record(
      {
        state: mostly(fc.constantFrom('open', 'closed')),
        n: mostly(fc.nat()),
        note: mostly(fc.string({ maxLength: 4 })),
        reason: mostly(fc.string()),
        tags: mostly(fc.array(fc.string(), { maxLength: 3 })),
        free: mostly(fc.boolean()),
        extra: fc.anything(),
      },
      { requiredKeys: ['state', 'n', 'tags'], noNullPrototype: true },
    );
    let accepted = 0;
    fc.assert(
      fc.property(payloads, ({ extra, ...payload }) => {
        const whole = extra === undefined ? payload : { ...payload, extra };
        const parsed = outcome(() => quick.parse({ ...whole }));
        if (parsed instanceof Ticket) accepted++;
        expect(parsed).toEqual(outcome(() => thorough.parse({ ...whole })));
        expect(outcome(() => quick.strip({ ...payload }))).toEqual(outcome(() => thorough.strip({ ...payload })));
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('uses class-transformer if an array holds objects, which may have their own rules', () => {
    class Person {
      @Exclude()
      password = 'secret';
      name = 'ann';
    }
    class Team {
      @IsArray()
      members: Person[];
    }
    expect(compile(Team).strip({ members: [new Person()] })).toEqual({ members: [{ name: 'ann' }] });
  });
});
