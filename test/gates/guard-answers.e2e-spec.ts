// What does a guard's answer mean at each gate? Only `true` admits, in whatever form the answer comes.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import {
  BroadcastFault,
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { BroadcastGuard, ConnectGuard, MessageGuard, SubscribeGuard } from 'nestjs-realtime/adapters';
import { BehaviorSubject, concat, EMPTY, NEVER, of, throwError, timer } from 'rxjs';
import { map } from 'rxjs/operators';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

/** A promise of no class of ours. */
function thenable(value: unknown): PromiseLike<unknown> {
  return { then: (resolve) => Promise.resolve(value).then(resolve) };
}

const YES: Record<string, () => unknown> = {
  now: () => true,
  promised: async () => true,
  'promised-by-another-library': () => thenable(true),
  'promised-twice': () => thenable(Promise.resolve(true)),
  observed: () => of(true),
  'observed-later': () => timer(1).pipe(map(() => true)),
  'observed-last': () => of(false, true),
  'promised-observable': async () => of(true),
  'observed-promise': () => of(Promise.resolve(true)),
};

const NO: Record<string, () => unknown> = {
  false: () => false,
  undefined: () => undefined,
  null: () => null,
  one: () => 1,
  text: () => 'true',
  object: () => ({}),
  array: () => [true],
  'boxed-true': () => new Boolean(true),
  function: () => () => true,
  symbol: () => Symbol('true'),
  'promised-one': async () => 1,
  'promised-text': async () => 'true',
  'promised-object': async () => ({ id: 7 }),
  'promised-undefined': async () => undefined,
  'promised-function': async () => () => true,
  'promised-by-another-library': () => thenable('yes'),
  'observed-one': () => of(1),
  'observed-row': () => of({ id: 7 }),
  'observed-promise': () => of(Promise.resolve(1)),
  'observed-no-after-yes': () => of(true, false),
  'observed-nothing': () => EMPTY,
  'promised-empty-observable': async () => EMPTY,
  'promised-observable-of-one': async () => of(1),
};

/** These never complete. */
const PENDING: Record<string, () => unknown> = {
  never: () => new Promise(() => undefined),
  'observed-never': () => NEVER,
  'observed-yes-without-an-end': () => concat(of(true), NEVER),
  subject: () => new BehaviorSubject(true),
};

/** These fail. */
const FAILING: Record<string, () => unknown> = {
  throws: () => {
    throw new Error('broken');
  },
  'observed-error': () =>
    concat(
      of(true),
      throwError(() => new Error('broken')),
    ),
  'thenable-that-throws': () => ({
    get then() {
      throw new Error('broken');
    },
  }),
};

const ANSWERS = Object.entries({ yes: YES, no: NO, pending: PENDING, failing: FAILING }).flatMap(([kind, answers]) =>
  Object.entries(answers).map(([name, answer]) => [`${kind}-${name}`, answer] as const),
);
const answerOf = new Map<string, () => unknown>(ANSWERS);
const namesOf = (kind: object, prefix: string): string[] => Object.keys(kind).map((name) => `${prefix}-${name}`);

@Injectable()
class AnsweringGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const realtime = RealtimeExecutionContext.create(context);
    const asked = realtime.getParams().answer ?? (realtime.getHandshake()?.auth.answer as string | undefined);
    return (asked === undefined ? true : answerOf.get(asked)!()) as boolean;
  }
}

const ANYWHERE = { strict: false };
const message = z.unknown();
const entryChannel = defineRealtimeChannel({ name: 'entry.{answer}', scope: 'public', message });
const talkChannel = defineRealtimeChannel({ name: 'talk.{answer}', scope: 'public', message, payload: z.number() });
const handled: string[] = [];

@RealtimeChannel(entryChannel)
@UseGuards(AnsweringGuard)
class OnEntry {}

@RealtimeChannel(talkChannel)
class OnTalk {
  @RealtimeHandler()
  @UseGuards(AnsweringGuard)
  handle(): void {
    handled.push('talk');
  }
}

describe("a guard's answer", () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await boot({
      imports: [
        RealtimeModule.forRoot({
          authenticator: KnownUsers,
          guards: { connect: [AnsweringGuard] },
          requestTimeout: 300,
          authenticationTimeout: 300,
          limits: { messagesPerSecond: 1_000, messageBurst: 1_000, packetsPerSecond: 10_000 },
        }),
      ],
      providers: [OnEntry, OnTalk],
    });
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  /** What each gate answers: null for admitted, else the code. */
  async function verdicts(answer: string): Promise<(string | null)[]> {
    const connected = await app.connect({ as: 'ann', auth: { answer } }).then(
      () => null,
      (error: { data: { code: string } }) => error.data.code,
    );
    const client = await app.connect({ as: 'ann' });
    const subscribed = await client.subscribe(`entry.${answer}`);
    await client.subscribe(`talk.${answer}`);
    const sent = await client.send(`talk.${answer}`, 'message');
    return [connected, subscribed.error?.code ?? null, sent.error?.code ?? null];
  }

  it.each(namesOf(YES, 'yes'))('admits at every gate: %s', async (answer) => {
    handled.length = 0;
    expect(await verdicts(answer)).toEqual([null, null, null]);
    expect(handled).toEqual(['talk']);
  });

  it.each(namesOf(NO, 'no'))('denies at every gate: %s', async (answer) => {
    handled.length = 0;
    expect(await verdicts(answer)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
    expect(handled).toEqual([]);
  });

  it.each(namesOf(PENDING, 'pending'))('admits at no gate while it is outstanding: %s', async (answer) => {
    handled.length = 0;
    expect(await verdicts(answer)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'TIMEOUT']);
    expect(handled).toEqual([]);
  });

  it.each(namesOf(FAILING, 'failing'))('is an internal error where the guard fails: %s', async (answer) => {
    handled.length = 0;
    expect(await verdicts(answer)).toEqual(['INTERNAL', 'INTERNAL', 'INTERNAL']);
    expect(handled).toEqual([]);
  });

  it('lets nothing pass that is not declared, where a gate of the library is replaced by one that says yes', async () => {
    const client = await app.connect({ as: 'ann' });
    const gates = [SubscribeGuard, MessageGuard, BroadcastGuard].map((gate) => app.nest.get(gate, ANYWHERE));
    const originals = gates.map((gate) => gate.canActivate);
    const unregistered = defineRealtimeChannel({ name: 'unregistered', scope: 'public', payload: z.number() });
    for (const gate of gates) gate.canActivate = () => true as never;
    try {
      expect(await client.subscribe('no.such.channel')).toMatchObject({ error: { code: 'FORBIDDEN' } });
      expect(await client.send('talk.yes-now', 'message')).toMatchObject({ error: { code: 'UNKNOWN_EVENT' } });
      await client.subscribe('talk.yes-now');
      expect(await client.send('talk.yes-now', 'other')).toMatchObject({ error: { code: 'UNKNOWN_EVENT' } });
      await expect(app.broadcast(unregistered, 1)).rejects.toBeInstanceOf(BroadcastFault);
    } finally {
      gates.forEach((gate, index) => (gate.canActivate = originals[index]));
    }
  });

  it.each([undefined, 1, 'true', {}])(
    "counts for a gate of the library too, where an application's guard replaces it: %j",
    async (answer) => {
      const client = await app.connect({ as: 'ann' });
      await client.subscribe('talk.yes-now');
      const gates = [ConnectGuard, SubscribeGuard, MessageGuard, BroadcastGuard].map((gate) =>
        app.nest.get(gate, ANYWHERE),
      );
      const originals = gates.map((gate) => gate.canActivate);
      handled.length = 0;
      for (const gate of gates) gate.canActivate = () => answer as never;
      try {
        await expect(app.connect()).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
        expect(await client.subscribe('entry.yes-now')).toMatchObject({ error: { code: 'FORBIDDEN' } });
        expect(await client.send('talk.yes-now', 'message')).toMatchObject({ error: { code: 'FORBIDDEN' } });
        await expect(app.broadcast(talkChannel.with({ answer: 'yes-now' }), 1)).rejects.toBeInstanceOf(BroadcastFault);
        expect(handled).toEqual([]);
      } finally {
        gates.forEach((gate, index) => (gate.canActivate = originals[index]));
      }
    },
  );
});
