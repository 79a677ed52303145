// Which values say whose connections are meant, and who is the caller?
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { CallerContext } from './caller.context.js';
import { whoFault } from './party.js';

const EXACTLY_ONE = 'give it exactly one of them.';
const NO_ID = 'is no id; ids are strings of at least one character.';

describe('who', () => {
  it.each([
    { userId: 'ada' },
    { sessionId: 's1' },
    { connectionId: 'c1' },
    { userId: 'ada', sessionId: undefined, connectionId: undefined },
    { connectionId: 'c1', user: { userId: 'ada' }, closed: false },
    'caller',
  ])('may be %j', (who) => {
    expect(whoFault(who)).toBeNull();
  });

  it.each([
    [{ userId: 42 }, `{ userId: 42 } ${NO_ID}`],
    [{ userId: '' }, `{ userId: '' } ${NO_ID}`],
    [{ userId: null }, `{ userId: null } ${NO_ID}`],
    [{ sessionId: ['s1'] }, `{ sessionId: an object } ${NO_ID}`],
    [{ connectionId: true }, `{ connectionId: true } ${NO_ID}`],
    [{}, `An object without userId, sessionId or connectionId means no connection; ${EXACTLY_ONE}`],
    [{ id: 'ada' }, `An object without userId, sessionId or connectionId means no connection; ${EXACTLY_ONE}`],
    [[], `An object without userId, sessionId or connectionId means no connection; ${EXACTLY_ONE}`],
    [['caller'], `An object without userId, sessionId or connectionId means no connection; ${EXACTLY_ONE}`],
    [{ userId: undefined }, `An object without userId, sessionId or connectionId means no connection; ${EXACTLY_ONE}`],
    [{ userId: 'ada', connectionId: 'c1' }, `An object with userId and connectionId is ambiguous; ${EXACTLY_ONE}`],
    [{ userId: 'ada', sessionId: 's1' }, `An object with userId and sessionId is ambiguous; ${EXACTLY_ONE}`],
    [{ userId: 'ada', sessionId: null }, `An object with userId and sessionId is ambiguous; ${EXACTLY_ONE}`],
    [
      'ada',
      "'ada' does not say whose connections are meant; write { userId }, { sessionId }, { connectionId } or 'caller'.",
    ],
    ['', "'' does not say whose connections are meant"],
    ['CALLER', "'CALLER' does not say whose connections are meant"],
    [undefined, 'undefined does not say whose connections are meant'],
    [42, '42 does not say whose connections are meant'],
    [() => 'caller', 'does not say whose connections are meant'],
  ])('may not be %j', (who, sentence) => {
    expect(whoFault(who)).toContain(sentence);
  });

  it('may not be null', () => {
    expect(whoFault(null)).toContain('does not say whose connections are meant');
  });
});

describe('the caller', () => {
  const NONE = "'caller' is the sender of a message, or the page behind an HTTP request";
  const fault = (problem: string): Error => new TypeError(problem);

  it('is the connection on whose behalf the code runs, also after it has waited', async () => {
    const context = new CallerContext();
    const seen: unknown[] = [];
    const look = async (): Promise<void> => {
      seen.push(context.find('caller', fault));
      await setImmediate();
      seen.push(context.find('caller', fault));
    };
    await Promise.all([context.run('c1', look), context.run('c2', look)]);
    expect(seen).toEqual([
      { connectionId: 'c1' },
      { connectionId: 'c2' },
      { connectionId: 'c1' },
      { connectionId: 'c2' },
    ]);
  });

  it('is the innermost one, and the outer one again afterwards', () => {
    const context = new CallerContext();
    context.run('outer', () => {
      expect(context.run('inner', () => context.connectionId)).toBe('inner');
      expect(context.connectionId).toBe('outer');
      expect(() =>
        context.run('failing', () => {
          throw new Error('failed');
        }),
      ).toThrow('failed');
      expect(context.connectionId).toBe('outer');
    });
    expect(context.connectionId).toBeNull();
  });

  it('is none outside of such code, with a sentence that says so', () => {
    const context = new CallerContext();
    expect([context.connectionId, context.find('caller', fault)]).toEqual([null, null]);
    context.run('c1', () => undefined);
    expect(() => context.demand('caller', fault)).toThrow(TypeError);
    expect(() => context.demand('caller', fault)).toThrow(NONE);
    expect(context.run('c1', () => new CallerContext().find('caller', fault))).toBeNull();
  });

  it('is known to the code that a resting context runs, and followed once something has asked', async () => {
    const context = new CallerContext();
    context.rest();
    const look = async (): Promise<unknown[]> => {
      const first = context.find('caller', fault);
      await setImmediate();
      return [first, context.find('caller', fault)];
    };
    expect(await context.run('c1', look)).toEqual([{ connectionId: 'c1' }, null]);
    expect(await context.run('c2', look)).toEqual([{ connectionId: 'c2' }, { connectionId: 'c2' }]);
  });

  it('is a fault where a resting context has lost it, once', async () => {
    const context = new CallerContext();
    context.rest();
    expect(context.find('caller', fault)).toBeNull();
    context.rest();
    const later = async (): Promise<unknown> => {
      await setImmediate();
      return context.find('caller', fault);
    };
    await expect(context.run('c1', later)).rejects.toThrow("'caller' was not known yet, because no provider of this");
    expect(await context.run('c1', later)).toEqual({ connectionId: 'c1' });
    expect(context.find('caller', fault)).toBeNull();
  });

  it('is never what means no connection', () => {
    const context = new CallerContext();
    for (const call of [context.find.bind(context), context.demand.bind(context)]) {
      expect(() => context.run('c1', () => call({}, fault))).toThrow('means no connection');
    }
  });

  it('says nothing of a party that is named', () => {
    const context = new CallerContext();
    for (const who of [{ userId: 'ada' }, { sessionId: 's1' }, { connectionId: 'c2' }]) {
      expect(context.run('c1', () => context.demand(who, fault))).toEqual(who);
      expect(context.find(who, fault)).toEqual(who);
    }
  });

  it('keeps no more than the id of a connection that is passed', () => {
    const connection = { connectionId: 'c2', user: null, closed: false };
    expect(new CallerContext().find(connection, fault)).toEqual({ connectionId: 'c2' });
  });
});
