import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { ClassSerializerInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { PayloadClass } from '@nestjs-realtime/contract';
import * as transformer from 'class-transformer';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import {
  Allow,
  IsArray,
  IsDate,
  IsInstance,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';
import fc from 'fast-check';
import { RealtimeException } from '../realtime.exception.js';
import { ClassSchemaCompiler } from './class-schema.js';

const compiler = (await ClassSchemaCompiler.load())!;
const serializer = new ClassSerializerInterceptor(new Reflector(), { transformerPackage: transformer });
const strip = (type: PayloadClass, payload: unknown): unknown => compiler.compile(type, 'Event "x"').strip(payload);
const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;
const sent = (type: PayloadClass, payload: unknown) => wire(strip(type, payload));
/** What Nest sends of it over HTTP. */
const overHttp = (payload: object) => wire(serializer.serialize(payload, {}));

function faultOf(type: PayloadClass, payload: unknown): [text: string, cause: unknown] {
  try {
    strip(type, payload);
  } catch (error) {
    if (!(error instanceof RealtimeException)) throw error;
    const [{ path, message }] = error.issues!;
    return [`${path}: ${message}`, error.cause];
  }
  throw new Error('It passed');
}

/** As those of MongoDB: without arguments, a new one is made. */
class ObjectId {
  static made = 0;
  readonly i0: number;
  constructor(n?: number) {
    this.i0 = n ?? ++ObjectId.made;
  }
  toJSON(): string {
    return `id-${this.i0}`;
  }
}
class Decimal {
  private readonly d: number[];
  constructor(text: string) {
    this.d = text.split('.').map(Number);
  }
  toJSON(): string {
    return this.d.join('.');
  }
}
class Author {
  @IsString()
  @Expose({ name: 'user_id' })
  userId: string;
  @IsOptional()
  @IsString()
  @Exclude()
  password?: string;
  @IsInstance(ObjectId)
  @Type(() => ObjectId)
  id: ObjectId;
}
class Post {
  @IsString()
  @Transform(({ value }: { value: string }) => value.toUpperCase(), { toPlainOnly: true })
  title: string;
  @ValidateNested()
  @Type(() => Author)
  author: Author;
  @ValidateNested({ each: true })
  @Type(() => Author)
  @Expose({ name: 'co_authors' })
  others: Author[];
  @IsNotEmpty()
  @Type(() => Decimal)
  price: Decimal;
  @IsInstance(URL)
  link: URL;
  @IsDate()
  at: Date;
  @Expose()
  get short(): string {
    return this.title.slice(0, 3);
  }
}
const authorData = { userId: 'ann', password: 'SECRET', id: new ObjectId(7) };
const author = Object.assign(new Author(), authorData);
const postData = {
  title: 'abcde',
  price: new Decimal('1.50'),
  link: new URL('http://a.example/b'),
  at: new Date(0),
};
const expected = {
  title: 'ABCDE',
  author: { user_id: 'ann', id: 'id-7' },
  co_authors: [{ user_id: 'ann', id: 'id-7' }],
  price: '1.50',
  link: 'http://a.example/b',
  at: '1970-01-01T00:00:00.000Z',
  short: 'abc',
};
// "1.50" of numbers
postData.price.toJSON = () => '1.50';

describe('an instance that is sent', () => {
  it('is what HTTP would send, by the names of the wire, with its ids, decimals, dates and URLs', () => {
    const made = ObjectId.made;
    const post = Object.assign(new Post(), { ...postData, author, others: [author] });
    expect(sent(Post, post)).toEqual(expected);
    expect(sent(Author, author)).toEqual({ user_id: 'ann', id: 'id-7' });
    expect(ObjectId.made).toBe(made);
  });

  it('is the same for plain objects, for instances that hold plain objects, and for instances of another class', () => {
    class PostEntity {
      title = 'abcde';
      secret = 'SECRET';
      others = [authorData];
      price = postData.price;
      link = postData.link;
      at = postData.at;
      get author(): object {
        return { ...authorData, secret: 'SECRET' };
      }
    }
    const plain = { ...postData, secret: 'SECRET', author: { ...authorData, secret: 'SECRET' }, others: [author] };
    for (const payload of [plain, Object.assign(new Post(), plain), new PostEntity()]) {
      expect(sent(Post, payload)).toEqual(expected);
    }
    expect(plain.author).toHaveProperty('secret');
    expect(sent(Post, { toJSON: () => plain, title: 1 })).toEqual(expected);
  });

  it('is what ClassSerializerInterceptor makes of it', () => {
    class Line {
      @IsString()
      @Expose({ name: 'n' })
      name: string;
      @IsInt()
      @Transform(({ value }: { value: number }) => value + 1)
      count: number;
      @Allow()
      @Exclude()
      internal: unknown;
    }
    class Sheet {
      @ValidateNested({ each: true })
      @Type(() => Line)
      lines: Line[];
      @IsOptional()
      @ValidateNested()
      @Type(() => Line)
      @Expose({ name: 'best_line' })
      best?: Line;
      @IsArray()
      free: unknown[];
      @Expose({ toPlainOnly: true })
      total(): number {
        return this.lines.length;
      }
    }
    const line = fc
      .record({ name: fc.string(), count: fc.integer(), internal: fc.jsonValue() })
      .map((fields) => Object.assign(new Line(), fields));
    const sheet = fc
      .record({
        lines: fc.array(line),
        best: fc.option(line, { nil: undefined }),
        free: fc.array(fc.oneof(line, fc.integer())),
      })
      .map((fields) => Object.assign(new Sheet(), fields));
    fc.assert(fc.property(sheet, (each) => expect(sent(Sheet, each)).toEqual(overHttp(each))));
  });

  it('is validated as it is: private fields, getters and constructors with arguments are no obstacle', () => {
    class Money {
      readonly #cents: number;
      @IsString()
      readonly currency: string;
      constructor(of: { cents: number; currency: string }) {
        this.#cents = of.cents;
        this.currency = of.currency;
      }
      @IsInt()
      @Expose()
      get cents(): number {
        return this.#cents;
      }
    }
    class Bill {
      @ValidateNested()
      @Type(() => Money)
      total: Money;
      @ValidateNested({ each: true })
      parts: Money[];
    }
    const money = new Money({ cents: 150, currency: 'EUR' });
    expect(sent(Money, money)).toEqual({ currency: 'EUR', cents: 150 });
    expect(sent(Bill, Object.assign(new Bill(), { total: money, parts: [money], secret: 1 }))).toEqual({
      total: { currency: 'EUR', cents: 150 },
      parts: [{ currency: 'EUR', cents: 150 }],
    });
    expect(faultOf(Money, new Money({ cents: 1.5, currency: 'EUR' }))[0]).toBe(
      'cents: cents must be an integer number',
    );
    expect(faultOf(Bill, { total: { cents: 1, currency: 'EUR' }, parts: [] })[0]).toBe(
      'total: Money cannot be constructed without arguments; send an instance of it',
    );
  });

  it('may be frozen, and is never changed', () => {
    const frozen = Object.freeze(Object.assign(new Author(), authorData, { secret: 1 }));
    const post = Object.freeze(
      Object.assign(new Post(), postData, { author: frozen, others: Object.freeze([frozen]) }),
    );
    const before = Object.entries(post);
    expect(sent(Post, post)).toEqual(expected);
    expect(sent(Author, frozen)).toEqual({ user_id: 'ann', id: 'id-7' });
    expect(Object.entries(post)).toEqual(before);
    expect(frozen.id).toBe(authorData.id);
  });

  it('keeps the field that tells its class, and the plain object of the caller its own', () => {
    abstract class Shape {
      @IsString()
      name: string;
    }
    class Circle extends Shape {
      @IsInt()
      radius: number;
    }
    class Square extends Shape {
      @IsInt()
      side: number;
    }
    class Drawing {
      @ValidateNested({ each: true })
      @Type(() => Object, {
        discriminator: {
          property: 'kind',
          subTypes: [
            { name: 'circle', value: Circle },
            { name: 'square', value: Square },
          ],
        },
      })
      shapes: Shape[];
    }
    const circle = Object.assign(new Circle(), { name: 'a', radius: 1, secret: 1 });
    const square = { kind: 'square', name: 'b', side: 2, secret: 1 };
    const shapes = [circle, square] as Shape[];
    for (const payload of [{ shapes }, Object.assign(new Drawing(), { shapes })]) {
      expect(sent(Drawing, payload)).toEqual({
        shapes: [
          { name: 'a', radius: 1, kind: 'circle' },
          { kind: 'square', name: 'b', side: 2 },
        ],
      });
    }
    expect(circle).not.toHaveProperty('kind');
    expect(square.kind).toBe('square');
  });

  it('may hold itself where that is not sent', () => {
    class Child {
      @IsString()
      name: string;
      @ValidateNested()
      @Exclude()
      parent: object;
    }
    class Parent {
      @ValidateNested({ each: true })
      @Type(() => Child)
      children: Child[];
    }
    const parent = new Parent();
    parent.children = [Object.assign(new Child(), { name: 'a', parent })];
    expect(sent(Parent, parent)).toEqual({ children: [{ name: 'a' }] });
  });
});

describe('the fault of what cannot be sent', () => {
  class Free {
    @Allow()
    value: unknown;
  }
  const boom = new Error('boom');
  const throws = (): never => {
    throw boom;
  };

  it('names the property and the cause where a getter, a @Transform or a toJSON() throws', () => {
    class Broken {
      @IsString()
      text = 'a';
      @Expose()
      get total(): number {
        return throws();
      }
    }
    class Checked {
      @IsInt()
      get total(): number {
        return throws();
      }
    }
    class Changed {
      @IsString()
      @Transform(throws)
      text = 'a';
    }
    class Box {
      @ValidateNested({ each: true })
      list: object[];
    }
    const reading = 'reading it throws; check its getters and its toJSON()';
    const cases: [PayloadClass, object, string][] = [
      [Broken, new Broken(), `total: ${reading}`],
      [Checked, new Checked(), `total: ${reading}`],
      [Changed, new Changed(), 'text: a @Transform of this property throws'],
      [Box, Object.assign(new Box(), { list: [new Broken()] }), `list.0.total: ${reading}`],
      [Box, Object.assign(new Box(), { list: [new Changed()] }), 'list.0.text: a @Transform of this property throws'],
      [Free, { value: [{ toJSON: throws }] }, `value.0: ${reading}`],
    ];
    for (const [type, payload, text] of cases) expect(faultOf(type, payload)).toEqual([text, boom]);
  });

  it('names the place where an object contains itself', () => {
    const free = new Free();
    free.value = { list: [free] };
    expect(faultOf(Free, free)[0]).toMatch(/^value\.list\.0: JSON cannot carry an object that contains itself/);
  });

  it('says what to do about a nested object without a class', () => {
    class Box {
      @ValidateNested()
      inner: object;
    }
    expect(faultOf(Box, { inner: { a: 1 } })[0]).toBe(
      'inner: has no class with class-validator decorators; put @Type(() => TheClass) on the property, or leave out @ValidateNested()',
    );
    // What says itself how it is sent needs no class.
    expect(sent(Box, { inner: new Decimal('2') })).toEqual({ inner: '2' });
  });
});
