import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lostMarks, markedMethods, markMethod } from './marked-methods.js';

const MARK = { key: 'spec:mark', decorator: '@Mark' };

/** What a class says of a method: nothing, that it is there, or the marks that it puts on it. */
type Said = 'nothing' | 'plain' | readonly number[];

const said = fc.oneof<fc.Arbitrary<Said>[]>(
  fc.constant('nothing'),
  fc.constant('plain'),
  fc.array(fc.nat(9), { minLength: 1, maxLength: 2 }),
);
/** Classes from the base to the most derived; each says something of two methods and of a static one. */
const hierarchies = fc.array(fc.record({ one: said, two: said, fixed: said }), { minLength: 1, maxLength: 4 });

interface Level {
  readonly one: Said;
  readonly two: Said;
  readonly fixed: Said;
}

function classOf(levels: readonly Level[]): new () => object {
  return levels.reduce<new () => object>(
    (base, { one, two, fixed }, depth) => {
      const type = { [`Level${depth}`]: class extends base {} }[`Level${depth}`];
      const say = (target: object, method: string, what: Said): void => {
        if (what === 'nothing') return;
        const property = { value: () => undefined, configurable: true };
        Object.defineProperty(target, method, property);
        if (what !== 'plain') for (const mark of what) markMethod(MARK, mark)(target, method, property);
      };
      say(type.prototype, 'one', one);
      say(type.prototype, 'two', two);
      say(type, 'fixed', fixed);
      return type;
    },
    class {},
  );
}

const isMarked = (what: Said): what is readonly number[] => typeof what !== 'string';

describe('the marks of methods', () => {
  it('are those of the most derived method, and every one that it hides or that is static is a fault', () => {
    fc.assert(
      fc.property(hierarchies, (levels) => {
        const type = classOf(levels);
        const expected: [string, readonly number[]][] = [];
        let lost = levels.filter(({ fixed }) => isMarked(fixed)).length;
        for (const method of ['one', 'two'] as const) {
          const defined = levels.map((level) => level[method]).filter((what) => what !== 'nothing');
          const last = defined.at(-1);
          if (last === undefined) continue;
          if (isMarked(last)) expected.push([method, last]);
          else lost += defined.filter(isMarked).length;
        }
        const found = markedMethods<number>(MARK, type);
        expect([...found].sort()).toEqual(expected);
        expect(lostMarks(MARK, type)).toHaveLength(lost);
      }),
    );
  });

  it('are found on methods that were copied from another class', () => {
    class From {
      @markMethod(MARK, 1)
      copied(): void {}
    }
    class To {}
    Object.defineProperty(To.prototype, 'copied', Object.getOwnPropertyDescriptor(From.prototype, 'copied')!);
    expect(markedMethods(MARK, To)).toEqual([['copied', [1]]]);
    expect(lostMarks(MARK, To)).toEqual([]);
  });

  it('on a method that an accessor overrides is a fault', () => {
    class Base {
      @markMethod(MARK, 1)
      hidden(): void {}
    }
    class Derived extends Base {}
    Object.defineProperty(Derived.prototype, 'hidden', { get: () => () => undefined });
    expect(lostMarks(MARK, Derived)).toEqual([
      'Derived.hidden() overrides Base.hidden(), which has @Mark, and has none itself; put @Mark on the override too, or name it otherwise.',
    ]);
  });
});
