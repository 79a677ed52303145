import 'reflect-metadata';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { PayloadClass } from '@nestjs-realtime/contract';
import { Expose, Transform, Type } from 'class-transformer';
import { Allow, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { RealtimeException } from '../realtime.exception.js';
import { ClassSchemaCompiler } from './class-schema.js';

const compiler = (await ClassSchemaCompiler.load())!;
const compile = (type: PayloadClass) => compiler.compile(type, 'Message "x"');

/** What every object inherits. The shape of a payload forbids those that reach a prototype, inbound. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);
const REACHING = ['__proto__', 'constructor'];

class Flat {
  @IsString()
  text: string;
}
class Trimmed {
  @IsString()
  @Transform(({ value }: { value: string }) => value.trim())
  text: string;
}
class Tree {
  @IsString()
  text: string;
  @IsOptional()
  @ValidateNested()
  @Type(() => Tree)
  @Expose({ name: 'child' })
  first?: Tree;
  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Tree)
  rest?: Tree[];
  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Flat)
  byName?: Map<string, Flat>;
}

function issuesOf(type: PayloadClass, payload: unknown): unknown {
  try {
    compile(type).parse(payload);
  } catch (error) {
    if (error instanceof RealtimeException) return error.issues;
    throw error;
  }
  return 'It passed';
}
const hostile = (json: string, key: string): object => JSON.parse(json.replaceAll('KEY', key)) as object;

describe('a key with the name of a member', () => {
  it.each(INHERITED.filter((name) => !REACHING.includes(name)))('is an unknown property inbound: %s', (name) => {
    const unknown = (path: string) => [{ path, message: 'unknown property' }];
    for (const type of [Flat, Trimmed, Tree]) {
      expect(issuesOf(type, hostile('{"text":"a","KEY":1}', name))).toEqual(unknown(name));
    }
    expect(issuesOf(Tree, hostile('{"text":"a","child":{"text":"b","KEY":1}}', name))).toEqual(
      unknown(`child.${name}`),
    );
    expect(issuesOf(Tree, hostile('{"text":"a","rest":[{"text":"b","rest":[{"text":"c","KEY":{}}]}]}', name))).toEqual(
      unknown(`rest.0.rest.0.${name}`),
    );
    expect(issuesOf(Tree, hostile('{"text":"a","byName":{"b":{"text":"c","KEY":1}}}', name))).toEqual(
      unknown(`byName.b.${name}`),
    );
  });

  it.each(INHERITED)('is stripped outbound: %s', (name) => {
    const sent = (type: PayloadClass, json: string) => compile(type).strip(hostile(json, name));
    for (const type of [Flat, Trimmed]) expect(sent(type, '{"text":"a","KEY":1}')).toEqual({ text: 'a' });
    for (const type of [Flat, Trimmed]) expect(sent(type, '{"text":"a","KEY":{"text":1}}')).toEqual({ text: 'a' });
    expect(sent(Tree, '{"text":"a","KEY":1,"rest":[{"text":"b","KEY":1}]}')).toEqual({
      text: 'a',
      rest: [{ text: 'b' }],
    });
  });

  it('is refused for methods, getters and setters of the class too, before a constraint could call them', () => {
    class Door {
      @IsString()
      text: string;
      isOpen(): boolean {
        return true;
      }
      get length(): number {
        return this.text.length;
      }
      set alias(text: string) {
        this.text = text;
      }
    }
    class House {
      @ValidateNested()
      @Type(() => Door)
      door: Door;
    }
    for (const name of ['isOpen', 'length', 'alias']) {
      const door = { text: 'a', [name]: 'b' };
      expect(issuesOf(Door, door)).toEqual([{ path: name, message: 'unknown property' }]);
      expect(issuesOf(House, { door })).toEqual([{ path: `door.${name}`, message: 'unknown property' }]);
      expect(compile(Door).strip({ ...door })).toEqual({ text: name === 'alias' ? 'b' : 'a' });
    }
    // A declared getter has no setter, so its key is known, and changes nothing.
    class Sized {
      @IsString()
      text: string;
      @IsOptional()
      @Allow()
      get length(): number {
        return this.text.length;
      }
    }
    expect(compile(Sized).parse({ text: 'abc', length: 9 })).toMatchObject({ text: 'abc', length: 3 });
    expect(compile(Sized).strip({ text: 'abc', length: 9 })).toEqual({ text: 'abc' });
  });

  it('is declared where the class says so', () => {
    class Named {
      @IsString()
      valueOf: never;
      @Expose({ name: 'toString' })
      @IsString()
      text: string;
    }
    expect(Object.entries(compile(Named).parse({ valueOf: 'a', toString: 'b' }) as object)).toContainEqual([
      'text',
      'b',
    ]);
  });

  it('is data where no class is declared, and stays', () => {
    class Free {
      @IsObject()
      meta: object;
      @IsOptional()
      @ValidateNested()
      @Type(() => Flat)
      flat?: Flat;
    }
    const meta = fc.dictionary(fc.constantFrom('a', 'toString', 'hasOwnProperty', 'valueOf'), fc.jsonValue(), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(meta, (data) => {
        fc.pre(!/"(__proto__|constructor|prototype)"/.test(JSON.stringify(data)));
        const parsed = compile(Free).parse({ meta: { deep: [data] } }) as Free;
        expect(isDeepStrictEqual(parsed.meta, { deep: [data] })).toBe(true);
      }),
    );
  });
});
