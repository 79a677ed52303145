import { describe, expect, it } from '@jest/globals';
import type { Issue, StandardSchema } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { RealtimeException } from '../realtime.exception.js';
import { compileStandardSchema } from './standard-schema.js';

const compile = (schema: unknown) => compileStandardSchema(schema as StandardSchema);

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

describe('a Standard Schema', () => {
  const schema = z.object({ items: z.array(z.object({ n: z.coerce.number() })), unit: z.string().default('EUR') });

  it('converts values, adds defaults and decides about unknown properties, inbound and outbound', () => {
    const { parse: read, strip } = compile(schema);
    const given = { items: [{ n: '4', extra: 1 }], extra: 1 };
    expect(read(given)).toEqual({ items: [{ n: 4 }], unit: 'EUR' });
    expect(strip(given)).toEqual({ items: [{ n: 4 }], unit: 'EUR' });
    expect(issuesOf(() => compile(z.strictObject({ a: z.string() })).strip({ a: 'a', b: 1 }))).toHaveLength(1);
    expect(compile(z.undefined()).parse(undefined)).toBeUndefined();
  });

  it('gives dotted paths, and an empty one for the payload itself', () => {
    const issues = issuesOf(() => compile(schema).parse({ items: [{ n: 1 }, { n: 'x' }] }));
    expect(issues!.map(({ path }) => path)).toEqual(['items.1.n']);
    expect(issuesOf(() => compile(z.string()).parse(1))!.map(({ path }) => path)).toEqual(['']);
  });

  it('reads only the keys of path objects, and stops at an illegal key', () => {
    const picky = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: () => ({ issues: [{ message: 'no', path: [{ key: 'a', value: 'secret' }, 0, Symbol('s')] }] }),
      },
    };
    expect(issuesOf(() => compile(picky).parse(1))).toEqual([{ path: 'a.0', message: 'no' }]);
  });

  it('treats a transform that throws as a refusal without details', async () => {
    const trimmed = compile(z.unknown().transform((value) => (value as string).trim()));
    const refusal = await Promise.resolve(5)
      .then(trimmed.parse)
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'INVALID_PAYLOAD', reason: 'the schema threw', issues: undefined });
  });

  it('gives at most 10 issues', () => {
    const items = Array.from({ length: 50 }, () => ({ n: 'x' }));
    expect(issuesOf(() => compile(schema).parse({ items }))).toHaveLength(10);
  });

  it('waits for an asynchronous refinement', async () => {
    const unique = compile(z.string().refine(async (name) => name !== 'taken', 'name is taken'));
    await expect(unique.parse('free')).resolves.toBe('free');
    await expect(unique.parse('taken')).rejects.toMatchObject({
      code: 'INVALID_PAYLOAD',
      issues: [{ path: '', message: 'name is taken' }],
    });
    await expect(unique.strip('taken')).rejects.toBeInstanceOf(RealtimeException);
  });

  const answering = (answer: unknown) =>
    compile({ '~standard': { version: 1, vendor: 'test', validate: () => answer } });

  it('waits for the promise of another library', async () => {
    const thenable = (answer: unknown) => ({ then: (resolve: (answer: unknown) => void) => resolve(answer) });
    await expect(answering(thenable({ value: 7 })).parse(1)).resolves.toBe(7);
    const refused = answering(thenable({ issues: [{ message: 'no' }] }));
    await expect(refused.parse(1)).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    const stripped = refused.strip(1);
    expect(stripped).toBeInstanceOf(Promise);
    await expect(stripped).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
  });

  it.each([{}, true, undefined, null, 1, { issues: null }, []])('accepts no other answer: %j', async (answer) => {
    const { parse } = answering(answer);
    expect(() => parse(1)).toThrow();
    await expect(answering(Promise.resolve(answer)).parse(1)).rejects.toThrow();
  });
});
