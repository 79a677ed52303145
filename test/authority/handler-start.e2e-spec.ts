// Can a handler begin after its sender has lost authority? Whatever comes before the handler may be slow; the answer is no.
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  type PipeTransform,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { StandardSchema } from '@nestjs-realtime/contract';
import {
  defineRealtimeChannel,
  IRealtimeConnections,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { Latch } from '../kit/latch.js';
import { AccountAuthenticator, Accounts } from './accounts.js';
import { Question } from './question.js';

const payload = z.object({ n: z.number() });
type Say = z.output<typeof payload>;

/** Everything slow waits for this. */
const slow = new Question();
/** The messages whose handlers have begun. */
let handled: string[] = [];
/** Records that the handler has begun, and lets the test continue. */
let running: { begun: Latch; goOn: Latch; said: Promise<void> | null };

const slowSchema: StandardSchema<Say> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) => slow.ask(() => ({ value: value as Say })),
  },
};
const slowPipe: PipeTransform = { transform: (value: unknown) => slow.ask(() => value) };
const methods: unknown[] = [];
const slowInterceptor: NestInterceptor = {
  intercept: async (context, next) => {
    methods.push(context.getHandler(), new Reflector().get('colour', context.getHandler()));
    await slow.ask(() => null);
    return next.handle();
  },
};

@Injectable()
class SlowGuard implements CanActivate {
  canActivate(context: ExecutionContext): Promise<boolean> | boolean {
    // gate 2 is quick, so that only the message waits
    return RealtimeExecutionContext.create(context).getGate() === 'subscribe' || slow.ask(() => true);
  }
}

/** A membership that is read at once and answered late. */
@Injectable()
class MemberGuard implements CanActivate {
  constructor(private readonly accounts: Accounts) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    return this.accounts.isMember(RealtimeExecutionContext.create(context).getUser()!.userId, '1');
  }
}

@Catch()
class CatchAll implements ExceptionFilter {
  catch(_error: unknown, _host: ArgumentsHost): string {
    return 'all is well';
  }
}

const staffChannel = defineRealtimeChannel({
  name: 'desk',
  scope: { role: 'staff' },
  payload,
  messages: {
    guarded: payload,
    member: payload,
    parsed: slowSchema,
    piped: payload,
    intercepted: payload,
    filtered: { payload, reply: z.unknown() },
    long: payload,
    patient: payload,
  },
});

@RealtimeChannel(staffChannel)
class OnDesk {
  @UseGuards(SlowGuard)
  @RealtimeHandler('guarded')
  guarded(): void {
    handled.push('guarded');
  }
  @UseGuards(MemberGuard)
  @RealtimeHandler('member')
  member(): void {
    handled.push('member');
  }
  @RealtimeHandler('parsed')
  parsed(): void {
    handled.push('parsed');
  }
  @UsePipes(slowPipe)
  @RealtimeHandler('piped')
  piped(): void {
    handled.push('piped');
  }
  @UseInterceptors(slowInterceptor)
  @RealtimeHandler('intercepted')
  intercepted(): void {
    handled.push('intercepted');
  }
  @UseGuards(SlowGuard)
  @UseFilters(CatchAll)
  @RealtimeHandler('filtered')
  filtered(): void {
    handled.push('filtered');
  }
  @RealtimeHandler('patient')
  async patient(_say: Say, ctx: RealtimeContext<typeof staffChannel>): Promise<void> {
    running.begun.open();
    await setTimeout(600_000, null, { signal: ctx.signal });
  }
  @RealtimeHandler('long')
  async long(say: Say, ctx: RealtimeContext<typeof staffChannel>): Promise<void> {
    running.begun.open();
    await running.goOn.opened;
    running.said = ctx.broadcast('message', say);
    await running.said;
  }
}
Reflect.defineMetadata('colour', 'green', OnDesk.prototype.intercepted);

const deskChannel = defineRealtimeChannel({
  name: 'scoped',
  scope: 'authenticated',
  payload,
  messages: { say: payload },
});

@Injectable({ scope: Scope.REQUEST })
@RealtimeChannel(deskChannel)
@UseGuards(SlowGuard)
class OnScoped {
  @RealtimeHandler('say')
  say(): void {
    handled.push('scoped');
  }
}

class AccountsModule {}
const SLOW_MESSAGES = ['guarded', 'parsed', 'piped', 'intercepted', 'filtered'] as const;

describe('the handler of a message', () => {
  let app: TestApp;
  let accounts: Accounts;
  let connections: IRealtimeConnections;
  let ann: Client;

  beforeEach(async () => {
    handled = [];
    running = { begun: new Latch(), goOn: new Latch(), said: null };
    app = await boot({
      imports: [
        { module: AccountsModule, global: true, providers: [Accounts], exports: [Accounts] },
        RealtimeModule.forRoot({ authenticator: AccountAuthenticator, requestTimeout: 60_000 }),
      ],
      providers: [OnDesk, OnScoped],
    });
    accounts = app.nest.get(Accounts);
    connections = app.nest.get(IRealtimeConnections);
    accounts.login('ann', 'ann', { roles: ['staff'] });
    accounts.admit('ann', '1');
    ann = await app.connect({ as: 'ann' });
    expect(await ann.subscribe('desk')).toMatchObject({ ok: true });
  });

  afterEach(async () => {
    slow.hold().release();
    await closeApps();
  });

  /** Resolves when the message has ended on the server, answered or not. */
  async function ended(): Promise<void> {
    while (app.stats().holdings.messages > 0) await new Promise(setImmediate);
  }

  const send = (event: string, channel = 'desk'): Promise<{ ok: boolean; error?: { code: string } }> =>
    ann.request('rt:message', { channel, event, payload: { n: 1 } });

  describe.each(SLOW_MESSAGES)('with something slow before it (%s)', (event) => {
    it('begins where nothing has changed', async () => {
      const held = slow.hold();
      const reply = send(event);
      await held.asked;
      held.release();
      expect(await reply).toEqual({ ok: true });
      expect(handled).toEqual([event]);
    });

    it.each<[string, string, () => Promise<unknown>]>([
      ['its subscription is ended', 'FORBIDDEN', () => connections.unsubscribe({ userId: 'ann' }, staffChannel)],
      ['all subscriptions are ended', 'FORBIDDEN', () => connections.unsubscribe({ userId: 'ann' })],
      [
        'the subscription of its connection is ended',
        'FORBIDDEN',
        () => connections.unsubscribe({ connectionId: ann.socket.id! }, staffChannel),
      ],
      [
        'a role is lost',
        'FORBIDDEN',
        () => {
          accounts.login('ann', 'ann');
          return connections.reauthorize({ userId: 'ann' });
        },
      ],
    ])('does not begin after %s', async (_what, code, end) => {
      const held = slow.hold();
      const reply = send(event);
      await held.asked;
      await end();
      held.release();
      expect(await reply).toMatchObject({ ok: false, error: { code } });
      expect(handled).toEqual([]);
    });

    it.each<[string, () => unknown]>([
      ['the user is disconnected', () => connections.disconnect({ userId: 'ann' })],
      ['the session is disconnected', () => connections.disconnect({ sessionId: 'ann' })],
      ['the connection is disconnected', () => connections.disconnect({ connectionId: ann.socket.id! })],
      ['the client has left', () => ann.close()],
    ])('does not begin after %s', async (_what, end) => {
      const held = slow.hold();
      void send(event);
      await held.asked;
      const disconnected = app.nextHook('disconnected');
      await end();
      await disconnected;
      held.release();
      await ended();
      expect(handled).toEqual([]);
      expect(app.stats().refusals.INTERNAL).toBeUndefined();
    });
  });

  it('does not begin after its timeout, and its lane and slot are free for the next message', async () => {
    await app.close();
    app = await boot({
      imports: [
        { module: AccountsModule, global: true, providers: [Accounts], exports: [Accounts] },
        RealtimeModule.forRoot({ authenticator: AccountAuthenticator, requestTimeout: 200 }),
      ],
      providers: [OnDesk],
    });
    app.nest.get(Accounts).login('ann', 'ann', { roles: ['staff'] });
    ann = await app.connect({ as: 'ann' });
    await ann.subscribe('desk');
    for (const event of SLOW_MESSAGES) {
      const held = slow.hold();
      const reply = send(event);
      await held.asked;
      expect(await reply).toMatchObject({ ok: false, error: { code: 'TIMEOUT' } });
      held.release();
      expect(await send('guarded')).toEqual({ ok: true });
      expect(handled.splice(0)).toEqual(['guarded']);
    }
  });

  it('does not begin on an answer that was read before a membership was lost; its guards are asked again', async () => {
    const held = accounts.membership.hold();
    const reply = send('member');
    await held.asked;
    accounts.expel('ann', '1');
    await connections.reauthorize({ userId: 'ann' });
    held.release();
    expect(await reply).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(handled).toEqual([]);
  });

  it('begins where something has changed and its guards allow it again', async () => {
    const held = accounts.membership.hold();
    const reply = send('member');
    await held.asked;
    await connections.reauthorize({ userId: 'ann' });
    held.release();
    expect(await reply).toEqual({ ok: true });
    expect([handled, accounts.membership.count]).toEqual([['member'], 2]);
  });

  it('does not begin where its class is request-scoped', async () => {
    await ann.subscribe('scoped');
    const held = slow.hold();
    const reply = send('say', 'scoped');
    await held.asked;
    await connections.unsubscribe({ userId: 'ann' }, deskChannel);
    held.release();
    expect(await reply).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(handled).toEqual([]);
  });

  it('keeps the metadata that interceptors and Reflector read', async () => {
    methods.length = 0;
    await send('intercepted');
    expect(methods).toEqual([OnDesk.prototype.intercepted, 'green']);
  });

  it('that gives up when its signal fires has not failed, and leaves nothing in the log', async () => {
    const reply = send('patient');
    await running.begun.opened;
    await connections.unsubscribe({ userId: 'ann' }, staffChannel);
    expect(await reply).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });

    await ann.subscribe('desk');
    running.begun = new Latch();
    void send('patient');
    await running.begun.opened;
    const disconnected = app.nextHook('disconnected');
    ann.close();
    await disconnected;
    await ended();
    expect(app.stats().refusals.INTERNAL).toBeUndefined();
  });

  describe('that has begun', () => {
    let bob: Client;

    beforeEach(async () => {
      accounts.login('bob', 'bob', { roles: ['staff'] });
      bob = await app.connect({ as: 'bob' });
      await bob.subscribe('desk');
    });

    const outcome = async (): Promise<string> => {
      running.goOn.open();
      await ended();
      while (running.said === null) await new Promise(setImmediate);
      return running.said.then(
        () => 'sent',
        ({ code }: { code: string }) => code,
      );
    };

    it('sends nothing more once its subscription is ended, and its reply is a refusal', async () => {
      const reply = send('long');
      await running.begun.opened;
      await connections.unsubscribe({ userId: 'ann' }, staffChannel);
      expect(await outcome()).toBe('FORBIDDEN');
      expect(await reply).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
      await bob.settle();
      expect(bob.events).toEqual([]);
    });

    it('sends nothing more once its user is disconnected', async () => {
      void send('long');
      await running.begun.opened;
      await connections.disconnect({ userId: 'ann' });
      expect(await outcome()).toBe('FORBIDDEN');
    });

    it('continues when its client leaves, and stops when the user is disconnected after that', async () => {
      void send('long');
      await running.begun.opened;
      const disconnected = app.nextHook('disconnected');
      ann.close();
      await disconnected;
      expect(await outcome()).toBe('sent');
      await bob.settle();
      expect(bob.events).toHaveLength(1);

      running = { begun: new Latch(), goOn: new Latch(), said: null };
      ann = await app.connect({ as: 'ann' });
      await ann.subscribe('desk');
      void send('long');
      await running.begun.opened;
      const gone = app.nextHook('disconnected');
      ann.close();
      await gone;
      await connections.disconnect({ userId: 'ann' });
      expect(await outcome()).toBe('FORBIDDEN');
    });
  });
});
