// Does an explanation say what gates 1 and 2 do? It is compared with real clients, and asked where nothing may run.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  Scope,
  ServiceUnavailableException,
  UseGuards,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  type AccessExplanation,
  type AccessQuestion,
  defineRealtimeChannel,
  explainAccess,
  PureGuard,
  RealtimeChannel,
  RealtimeException,
  RealtimeExecutionContext,
  RealtimeModule,
  type RealtimeUser,
} from 'nestjs-realtime';
import { of } from 'rxjs';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const ANSWERS: Readonly<Record<string, (context: RealtimeExecutionContext) => unknown>> = {
  yes: () => true,
  'later-yes': async () => true,
  'observed-yes': () => of(true),
  no: () => false,
  one: () => 1,
  'later-no': async () => false,
  bob: (context) => context.getUser()?.userId === 'bob',
  editors: (context) => context.getUser()?.roles.includes('editor'),
  forbidden: () => {
    throw new ForbiddenException('not in office hours');
  },
  busy: () => {
    throw new RealtimeException('RATE_LIMITED');
  },
  outage: () => {
    throw new ServiceUnavailableException();
  },
  broken: () => {
    throw new TypeError('no such row');
  },
  'own-code': () => {
    throw new RealtimeException('FROZEN');
  },
  never: () => new Promise(() => undefined),
};
const asked: string[] = [];

function answer(guard: CanActivate, context: ExecutionContext): boolean {
  asked.push(guard.constructor.name);
  const realtime = RealtimeExecutionContext.create(context);
  return ANSWERS[realtime.getParams().answer ?? 'yes'](realtime) as boolean;
}

@PureGuard()
@Injectable()
class MarkedGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return answer(this, context);
  }
}
class SubclassGuard extends MarkedGuard {}
@Injectable()
class UnmarkedGuard implements CanActivate {
  canActivate(): boolean {
    asked.push('UnmarkedGuard');
    return true;
  }
}
@PureGuard()
@Injectable()
class NotRootGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return RealtimeExecutionContext.create(context).getUser()?.userId !== 'root';
  }
}
@PureGuard()
@Injectable({ scope: Scope.REQUEST })
class ScopedGuard extends MarkedGuard {}

const channel = <Name extends string>(name: Name) => defineRealtimeChannel({ name, scope: 'public' });

@RealtimeChannel(channel('marked.{answer}'))
@UseGuards(MarkedGuard)
class OnMarked {}
@RealtimeChannel(channel('unmarked.{answer}'))
@UseGuards(UnmarkedGuard, MarkedGuard, UnmarkedGuard)
class OnUnmarked {}
@RealtimeChannel(channel('subclass.{answer}'))
@UseGuards(new SubclassGuard())
class OnSubclass {}
@RealtimeChannel(channel('scoped.{answer}'))
@UseGuards(ScopedGuard)
class OnScoped {}
@Injectable({ scope: Scope.REQUEST })
class Unmakeable {
  constructor() {
    throw new Error('no tenant');
  }
}
const unmakeable = channel('unmakeable');
@RealtimeChannel(unmakeable)
@UseGuards(UnmarkedGuard)
class OnUnmakeable {
  constructor(readonly tenant: Unmakeable) {}
}
const shared = channel('shared.{answer}');
@RealtimeChannel(shared)
@UseGuards(MarkedGuard)
class OnOne {}
@RealtimeChannel(shared)
@UseGuards(UnmarkedGuard)
class OnOther {}

const users = defineRealtimeChannel({ name: 'users.{userId}', scope: { userScoped: 'userId' } });
const editors = defineRealtimeChannel({ name: 'editors', scope: { role: 'editor' } });
const inside = defineRealtimeChannel({ name: 'inside', scope: 'authenticated' });

const ann: RealtimeUser = { userId: 'ann', roles: [] };
const bob: RealtimeUser = { userId: 'bob', roles: ['editor'] };
const root: RealtimeUser = { userId: 'root', roles: ['admin'] };

describe('an explanation of access', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await boot({
      imports: [
        RealtimeModule.forRoot({
          authenticator: KnownUsers,
          guards: { connect: [NotRootGuard] },
          requestTimeout: 300,
        }),
        RealtimeModule.forFeature([users, editors, inside]),
      ],
      providers: [OnMarked, OnUnmarked, OnSubclass, OnScoped, Unmakeable, OnUnmakeable, OnOne, OnOther],
    });
  });
  beforeEach(() => void asked.splice(0));
  afterAll(closeApps);

  const explain = (question: Partial<AccessQuestion>): Promise<AccessExplanation> =>
    explainAccess(app.nest, { user: ann, channel: 'inside', ...question });
  const shown = ({ checks }: AccessExplanation): string[] => checks.map(({ check, verdict }) => `${check}: ${verdict}`);

  /** Null for a granted subscription. */
  async function codeOfReal(user: RealtimeUser | null, name: string): Promise<string | null> {
    try {
      const client = await app.connect(user === null ? {} : { as: user.userId });
      const { error } = await client.subscribe(name);
      client.close();
      return error?.code ?? null;
    } catch (refusal) {
      return (refusal as { data: { code: string } }).data.code;
    }
  }

  const templates = ['marked', 'unmarked', 'subclass', 'scoped', 'shared'];
  const names = [
    ...templates.flatMap((template) => Object.keys(ANSWERS).map((name) => `${template}.${name}`)),
    ...['users.ann', 'users.bob', 'editors', 'inside', 'unmakeable', 'unknown', 'marked', 'marked.yes.no'],
  ];

  it.each(names)('agrees with real clients, where all guards run, on %s', async (name) => {
    for (const user of [null, ann, bob, root]) {
      const { verdict, checks } = await explain({ user, channel: name, runGuards: true });
      const code = await codeOfReal(user, name);
      expect([user?.userId, checks.findLast((check) => check.code !== null)?.code ?? null]).toEqual([
        user?.userId,
        code,
      ]);
      expect(verdict === 'granted').toBe(code === null);
    }
  });

  it('runs guards that are marked, in their order, and names all others', async () => {
    const unmarked = await explain({ channel: 'unmarked.yes' });
    expect(unmarked.verdict).toBe('undecided');
    expect(shown(unmarked)).toEqual([
      'user: admits',
      'guard NotRootGuard: admits',
      'scope public: admits',
      'guard UnmarkedGuard on OnUnmarked: not run',
      'guard MarkedGuard on OnUnmarked: admits',
      'guard UnmarkedGuard on OnUnmarked: not run',
    ]);
    expect(asked).toEqual(['MarkedGuard']);
    expect(await explain({ channel: 'unmarked.yes', runGuards: true })).toMatchObject({ verdict: 'granted' });
  });

  it('is a denial where a marked guard denies, whatever the others would say', async () => {
    const denied = await explain({ channel: 'unmarked.no' });
    expect(denied.verdict).toBe('denied');
    expect(shown(denied).slice(3)).toEqual([
      'guard UnmarkedGuard on OnUnmarked: not run',
      'guard MarkedGuard on OnUnmarked: denies',
      'guard UnmarkedGuard on OnUnmarked: not reached',
    ]);
  });

  it('does not run a subclass of a marked guard, which may do more', async () => {
    expect(shown(await explain({ channel: 'subclass.yes' })).at(-1)).toBe('guard SubclassGuard on OnSubclass: not run');
    expect(asked).toEqual([]);
  });

  it('names the guards of each class that claims the channel', async () => {
    expect(shown(await explain({ channel: 'shared.no' })).slice(3)).toEqual([
      'guard MarkedGuard on OnOne: denies',
      'guard UnmarkedGuard on OnOther: not reached',
    ]);
  });

  it('runs no guard of a channel where gate 1 or the scope denies', async () => {
    const atGate1 = await explain({ user: root, channel: 'marked.yes', runGuards: true });
    expect(atGate1).toMatchObject({ verdict: 'denied' });
    expect(shown(atGate1).slice(1)).toEqual([
      'guard NotRootGuard: denies',
      'scope public: not reached',
      'guard MarkedGuard on OnMarked: not reached',
    ]);
    expect(shown(await explain({ channel: 'editors' })).at(-1)).toBe('scope role editor: denies');
    expect(asked).toEqual([]);
  });

  it.each([
    ['no', 'denied', 'denies', 'FORBIDDEN', 'said no'],
    ['forbidden', 'denied', 'denies', 'FORBIDDEN', 'not in office hours'],
    ['busy', 'undecided', 'fails', 'RATE_LIMITED', 'Too many requests.'],
    ['outage', 'undecided', 'fails', 'UNAVAILABLE', 'Service Unavailable'],
    ['broken', 'undecided', 'fails', 'INTERNAL', 'it threw TypeError: no such row'],
    ['own-code', 'undecided', 'fails', 'INTERNAL', 'it threw FROZEN, which is no code of the protocol'],
    ['never', 'undecided', 'fails', 'UNAVAILABLE', 'no answer within 300 ms'],
  ])('has the reason of a guard that answers %s', async (name, verdict, answered, code, reason) => {
    const { checks, ...explanation } = await explain({ channel: `marked.${name}` });
    expect(explanation.verdict).toBe(verdict);
    expect(checks.at(-1)).toMatchObject({ verdict: answered, code, reason });
  });

  it('has the reasons of the library', async () => {
    const reasonOf = async (question: Partial<AccessQuestion>): Promise<unknown> =>
      (await explain(question)).checks.findLast(({ verdict }) => verdict === 'denies')?.reason;
    expect(await reasonOf({ channel: 'editors' })).toBe('scope {"role":"editor"} forbids');
    expect(await reasonOf({ channel: 'unknown' })).toBe(
      'no registered channel matches; "nestjs-realtime list" shows all',
    );
    expect(await reasonOf({ user: { ...ann, expiresAt: new Date(0) } })).toBe('the credentials have ended');
  });

  it('fails where a request-scoped class cannot be made', async () => {
    const { verdict, checks } = await explain({ channel: 'unmakeable' });
    expect(verdict).toBe('undecided');
    expect(checks.at(-1)).toMatchObject({
      check: 'guard UnmarkedGuard on OnUnmakeable',
      verdict: 'fails',
      reason: 'it threw Error: no tenant',
    });
  });

  it('says which channel is meant, with decoded params, and shows no more of a user than clients see', async () => {
    const user = { userId: 'ann|1', roles: [], claims: { secret: 1 } };
    expect(await explain({ user, channel: 'users.ann%7C1' })).toMatchObject({
      verdict: 'granted',
      user: { userId: 'ann|1', roles: [] },
      template: 'users.{userId}',
      params: { userId: 'ann|1' },
    });
    expect(JSON.stringify(await explain({ user }))).not.toContain('secret');
    expect(await explain({ channel: 'unknown' })).toMatchObject({ template: null, params: {} });
  });

  it.each([
    ['an illegal name', { channel: 'a..b' }, '"a..b" is no legal channel name: segment 2 is empty.'],
    ['an invalid user', { user: { userId: 7 } as never }, 'The user is invalid: userId must be a non-empty string'],
  ])('is a fault for %s', async (_what, question, fault) => {
    await expect(explain(question)).rejects.toThrow(fault);
  });

  it('needs realtime', async () => {
    const other = await Test.createTestingModule({}).compile();
    await expect(explainAccess(other, { user: null, channel: 'inside' })).rejects.toThrow(
      'The application has no realtime; import RealtimeModule.forRoot().',
    );
  });
});
