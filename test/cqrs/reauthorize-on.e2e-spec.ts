import { type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import { CqrsModule, EventBus } from '@nestjs/cqrs';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  defineRealtimeChannel,
  IRealtimeConnections,
  RealtimeChannel,
  type RealtimeConnection,
  RealtimeException,
  RealtimeExecutionContext,
  RealtimeModule,
  type RealtimeUser,
  SessionAuthenticator,
} from 'nestjs-realtime';
import { RealtimeCqrsModule, ReauthorizeOn } from 'nestjs-realtime/cqrs';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { LogBook } from '../kit/log-book.js';

const Text = z.object({ text: z.string() });
const admins = defineRealtimeChannel({ name: 'admins', scope: { role: 'admin' }, payload: Text });
const teams = defineRealtimeChannel({ name: 'teams.{teamId}', scope: 'authenticated', payload: Text });

class RoleRevoked {
  constructor(readonly userId: string) {}
}
class EveryRoleRevoked extends RoleRevoked {}
class TeamLeft {
  constructor(
    readonly teamId: string,
    readonly userIds: readonly string[],
  ) {}
}
class TeamLookedAt {}
class Poison {
  constructor(readonly mapped: unknown) {}
}

/** The rights that gates read; tests change them before they publish. */
const roles = new Map<string, string[]>();
const members = new Set<string>();
/** User ids, once for each time they were resolved again. */
const refreshed: string[] = [];

@Injectable()
class Sessions extends SessionAuthenticator {
  protected async findUser(sessionId: string): Promise<RealtimeUser | null> {
    return { userId: sessionId, roles: roles.get(sessionId) ?? [] };
  }

  override async refresh(user: RealtimeUser): Promise<RealtimeUser> {
    refreshed.push(user.userId);
    return { ...user, roles: roles.get(user.userId) ?? [] };
  }
}

@Injectable()
class MemberGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const realtime = RealtimeExecutionContext.create(context);
    return members.has(`${realtime.getParams().teamId} ${realtime.getUser()?.userId}`);
  }
}

@RealtimeChannel(admins)
@ReauthorizeOn(RoleRevoked, (event) => ({ userId: event.userId }))
@ReauthorizeOn(Poison, (event) => {
  if (event.mapped instanceof Error) throw event.mapped;
  return event.mapped as null;
})
class AdminChannel {}

@RealtimeChannel(teams)
@UseGuards(MemberGuard)
@ReauthorizeOn(TeamLeft, ({ teamId, userIds }) =>
  userIds.map((userId) => ({ userId, channel: teams.with({ teamId }) })),
)
@ReauthorizeOn(TeamLookedAt, () => null)
class TeamChannel {}

const MODULE = {
  imports: [CqrsModule.forRoot(), RealtimeModule.forRoot({ authenticator: Sessions }), RealtimeCqrsModule.forRoot()],
  providers: [AdminChannel, TeamChannel],
};

async function start(logger?: LogBook): Promise<{ app: TestApp; publish: (event: object) => void }> {
  const app = await boot(MODULE, { logger });
  return { app, publish: (event) => void app.nest.get(EventBus).publish(event) };
}

afterEach(async () => {
  await closeApps();
  roles.clear();
  members.clear();
  refreshed.length = 0;
});

const MUST = 'The mapper must return a subject, a list of them, or null.';

describe('@ReauthorizeOn', () => {
  it('evicts the user of the event where gate 2 refuses it now, and keeps all other subscriptions', async () => {
    roles.set('ann', ['admin']).set('bob', ['admin']);
    const { app, publish } = await start();
    const [ann, bob] = [await app.connect({ as: 'ann' }), await app.connect({ as: 'bob' })];
    for (const client of [ann, bob]) expect(await client.subscribe('admins')).toMatchObject({ ok: true });
    roles.set('ann', []).set('bob', []);

    publish(new RoleRevoked('ann'));

    expect(await ann.next('rt:evicted')).toEqual([{ channel: 'admins', code: 'REVOKED', retryable: false }]);
    await app.broadcast(admins, 'message', { text: 'secret' });
    await Promise.all([ann.settle(), bob.settle()]);
    expect(ann.events).toEqual([]);
    expect(bob.events).toHaveLength(1);
    expect(refreshed).toEqual(['ann']);
  });

  it('keeps a user that gate 2 still admits', async () => {
    roles.set('ann', ['admin']);
    const { app, publish } = await start();
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('admins');

    publish(new RoleRevoked('ann'));
    await ann.settle();

    expect(app.stats().subscriptions).toBe(1);
    expect(refreshed).toEqual(['ann']);
  });

  it('listens to events of derived classes', async () => {
    roles.set('ann', ['admin']);
    const { app, publish } = await start();
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('admins');
    roles.clear();

    publish(new EveryRoleRevoked('ann'));

    expect(await ann.next('rt:evicted')).toMatchObject([{ channel: 'admins' }]);
  });

  it.each<[string, (connection: RealtimeConnection) => object]>([
    ['the session', ({ user }) => ({ sessionId: user!.sessionId })],
    ['the id of the connection', ({ connectionId }) => ({ connectionId })],
    ['the connection itself', (connection) => connection],
    ['the connection, on one channel', ({ connectionId }) => ({ connectionId, channel: admins })],
  ])('takes %s as well', async (_whose, subject) => {
    roles.set('ann', ['admin']);
    const { app, publish } = await start();
    const connected = app.nextHook('connected');
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('admins');
    roles.clear();

    publish(new Poison(subject((await connected).connection)));

    expect(await ann.next('rt:evicted')).toMatchObject([{ channel: 'admins' }]);
  });

  it('takes several subjects, each limited to a channel where the mapper names one', async () => {
    for (const name of ['ann', 'bob']) for (const team of ['red', 'blue']) members.add(`${team} ${name}`);
    const { app, publish } = await start();
    const [ann, bob, blue] = [
      await app.connect({ as: 'ann' }),
      await app.connect({ as: 'bob' }),
      await app.connect({ as: 'ann' }),
    ];
    for (const client of [ann, bob]) await client.subscribe('teams.red');
    await blue.subscribe('teams.blue');
    members.delete('red ann');
    members.delete('red bob');

    publish(new TeamLeft('red', ['ann', 'bob']));

    expect(await ann.next('rt:evicted')).toMatchObject([{ channel: 'teams.red' }]);
    expect(await bob.next('rt:evicted')).toMatchObject([{ channel: 'teams.red' }]);
    expect(refreshed.sort()).toEqual(['ann', 'bob']);
    expect(app.stats().subscriptions).toBe(1);
  });

  it('does nothing where the mapper returns null, and nothing for other events', async () => {
    members.add('red ann');
    const { app, publish } = await start();
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('teams.red');

    publish(new TeamLookedAt());
    publish(new (class Unknown {})());
    await ann.settle();

    expect(refreshed).toEqual([]);
  });

  it.each([
    ['a mapper that throws', new Error('no such column'), 'no such column'],
    ['a mapper that rejects', () => Promise.reject(new Error('too late')), 'too late'],
    ['a mapper that names no user', { userId: '' }, `${MUST} { userId: '' } is no id`],
    ['a mapper whose id is a number', { userId: 42 }, `${MUST} { userId: 42 } is no id`],
    [
      'a mapper that names two parties',
      { userId: 'ann', sessionId: 's' },
      `${MUST} An object with userId and sessionId`,
    ],
    ['a mapper that returns nothing', undefined, `${MUST} undefined does not say whose connections are meant`],
    ['a mapper that returns an id', 'ann', `${MUST} 'ann' does not say whose connections are meant`],
    ['a mapper that returns the caller', 'caller', `${MUST} An event has no caller.`],
    ['a mapper that returns junk', [null], 'does not say whose connections are meant'],
    [
      'a mapper that names a channel',
      { userId: 'ann', channel: 'admins' },
      '"admins" is a name, and a name is no target',
    ],
  ])('survives %s: it logs a correlation id and handles the next event', async (_title, mapped, message) => {
    roles.set('ann', ['admin']);
    const logger = new LogBook();
    const { app, publish } = await start(logger);
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('admins');
    roles.clear();

    publish(new Poison(typeof mapped === 'function' ? mapped() : mapped));
    publish(new RoleRevoked('ann'));

    expect(await ann.next('rt:evicted')).toMatchObject([{ channel: 'admins' }]);
    expect(logger.errors()).toHaveLength(1);
    expect(logger.errors()[0]).toMatch(/handler_error [0-9a-f-]{36} in @ReauthorizeOn\(Poison\) of channel admins/);
    expect(logger.errors()[0]).toContain(message);
  });

  it('survives a re-authorization that fails', async () => {
    const logger = new LogBook();
    const { app, publish } = await start(logger);
    app.nest.get(IRealtimeConnections).reauthorize = () => Promise.reject(new RealtimeException('UNAVAILABLE'));

    publish(new RoleRevoked('ann'));
    const ann = await app.connect({ as: 'ann' });
    await ann.settle();

    expect(logger.errors()).toEqual([expect.stringContaining('in @ReauthorizeOn(RoleRevoked) of channel admins')]);
  });

  it('survives events of classes with a Symbol.hasInstance of their own', async () => {
    const logger = new LogBook();
    const { publish } = await start(logger);
    Object.defineProperty(RoleRevoked, Symbol.hasInstance, {
      configurable: true,
      value: () => {
        throw new Error('who knows');
      },
    });
    publish(new TeamLookedAt());
    delete (RoleRevoked as { [Symbol.hasInstance]?: unknown })[Symbol.hasInstance];
    expect(logger.errors()).toEqual([expect.stringContaining('who knows')]);
  });

  it('reports an event class that an import cycle has left undefined', () => {
    class Early {}
    expect(() => ReauthorizeOn(undefined as never, () => null)(Early)).toThrow(
      'Early has @ReauthorizeOn without an event class; if you gave one, an import cycle has left it undefined.',
    );
  });

  it('stops listening once the application is closed', async () => {
    const { app, publish } = await start();
    const { subject$ } = app.nest.get(EventBus);
    expect(subject$.observed).toBe(true);

    await app.close();

    expect(subject$.observed).toBe(false);
    publish(new Poison(new Error('no listener gets this')));
  });
});
