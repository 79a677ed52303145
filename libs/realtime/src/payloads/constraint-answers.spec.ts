import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Type } from 'class-transformer';
import { Validate, ValidateNested, ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import { compile, expectRefusal, Free } from '../../test/asynchronous-constraints.js';

describe('the answers of asynchronous constraints', () => {
  const unhandled = jest.fn();
  beforeAll(() => void process.on('unhandledRejection', unhandled));
  afterAll(() => void process.off('unhandledRejection', unhandled));

  afterEach(async () => {
    await new Promise(setImmediate);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it.each<[string, (value: unknown) => unknown]>([
    ['a promise', () => Promise.resolve(false)],
    ['a promise of another library', () => ({ then: (resolve: (answer: boolean) => void) => resolve(false) })],
    [
      'a promise that calls back late',
      () => ({ then: (done: (a: boolean) => void) => void setImmediate(() => done(false)) }),
    ],
    [
      'a promise that is a function',
      () => Object.assign(() => true, { then: (done: (a: boolean) => void) => done(false) }),
    ],
    ['nothing', () => undefined],
  ])('are a refusal if a constraint returns %s instead of true', async (_what, validate) => {
    class Named {
      @Free(undefined, {}, validate)
      name: string;
    }
    class Box {
      @ValidateNested()
      @Type(() => Named)
      named: Named;
    }
    const [named, box] = [compile(Named), compile(Box)];
    for (let round = 0; round < 2; round++) {
      await expectRefusal(() => named.parse({ name: 'a' }), 'name');
      await expectRefusal(() => named.strip({ name: 'a' }), 'name');
      await expectRefusal(() => box.parse({ named: { name: 'a' } }), 'named.name');
    }
  });

  it('are a failure if they reject, and do not end the process', async () => {
    const rejects = () => Promise.reject(new Error('the database is down'));
    class Named {
      @Free(undefined, {}, rejects)
      name: string;
      @Free(undefined, {}, rejects)
      other: string;
      @Free(undefined, {}, (value) => {
        if (value === 'throws') throw new Error('broken');
        return true;
      })
      third: string;
    }
    const { parse, strip } = compile(Named);
    const payload = { name: 'a', other: 'b', third: 'c' };
    for (let round = 0; round < 2; round++) {
      await expect(Promise.resolve().then(() => parse(payload))).rejects.toThrow('the database is down');
      await expect(Promise.resolve().then(() => strip(payload))).rejects.toThrow('the database is down');
      // The earlier promises reject unhandled unless they are abandoned.
      await expect(Promise.resolve().then(() => parse({ ...payload, third: 'throws' }))).rejects.toThrow('broken');
    }
  });

  it('are a failure if a constraint is not registered, and the error says how to register it', () => {
    class Unregistered implements ValidatorConstraintInterface {
      validate(): boolean {
        return false;
      }
    }
    class Named {
      @Validate(Unregistered)
      name: string;
    }
    const { parse } = compile(Named);
    const fix =
      'The constraint Unregistered is not registered with class-validator, which would skip it; put @ValidatorConstraint() on its class.';
    expect(() => parse({ name: 'a' })).toThrow(fix);
    ValidatorConstraint()(Unregistered);
    expect(() => parse({ name: 'a' })).toThrow('The payload is not valid.');
  });
});
