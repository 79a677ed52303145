// What do the tests of asynchronous constraints share? A constraint that answers later, and what a class must do with its answer.
import { expect } from '@jest/globals';
import type { PayloadClass } from '@nestjs-realtime/contract';
import { registerDecorator, type ValidationOptions } from 'class-validator';
import { ClassSchemaCompiler } from '../src/payloads/class-schema.js';

const compiler = (await ClassSchemaCompiler.load())!;

export const compile = (type: PayloadClass) => compiler.compile(type, 'Message "x"');

export const isTaken = async (value: unknown): Promise<boolean> => {
  await new Promise(setImmediate);
  return value !== 'taken';
};

/** A decorator as applications write them; `async` is what they declare. */
export function Free(
  async: boolean | undefined,
  options?: ValidationOptions,
  validate: (value: unknown) => unknown = isTaken,
) {
  return (target: object, propertyName: string): void =>
    registerDecorator({
      target: target.constructor,
      propertyName,
      async,
      options: { message: 'name is taken', ...options },
      validator: { validate: validate as (value: unknown) => boolean },
    });
}

export async function expectRefusal(answer: () => unknown, path: string): Promise<void> {
  const refusal = Promise.resolve().then(answer);
  await expect(refusal).rejects.toMatchObject({
    code: 'INVALID_PAYLOAD',
    issues: [{ path, message: 'name is taken' }],
  });
}

/** Expects the class to refuse what its asynchronous constraint refuses, inbound and outbound, and to accept the rest. */
export async function expectAsked(
  type: PayloadClass,
  payloadOf: (name: string) => object,
  path: string,
): Promise<void> {
  const schema = compile(type);
  // Twice: what the first payload has shown must not change the answer to the second.
  for (let round = 0; round < 2; round++) {
    await expectRefusal(() => schema.parse(payloadOf('taken')), path);
    await expectRefusal(() => schema.strip(payloadOf('taken')), path);
    expect(await schema.parse(payloadOf('free'))).toBeInstanceOf(type);
    expect(await schema.strip(payloadOf('free'))).toEqual(payloadOf('free'));
  }
}
