// Do the hooks tell a consistent story of every connection, in every order of events? Random storms over real sockets, with listeners that interfere.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChannelAddress, IRealtimeConnections, RealtimeConnection } from 'nestjs-realtime';
import { RealtimeHooks } from 'nestjs-realtime';
import { closeApps, type TestApp } from '../../kit/boot.js';
import type { Client } from '../../kit/client.js';
import { until } from '../../kit/until.js';
import type { Accounts } from '../accounts.js';
import type { Hold } from '../question.js';
import { bootAuthority, insideChannel, newsChannel, roomChannel, staffChannel } from '../authority-app.js';
import { Rights } from './rights.js';
import { Stories, type StoryHook } from './stories.js';
import { createWorld, RememberingConnection, type World } from './world.js';

const SEED = Number(process.env.INTERLEAVINGS_SEED ?? 20_261_123);
const STORMS = Number(process.env.STORIES_RUNS ?? 40);
const HOOKS: readonly StoryHook[] = ['connected', 'authenticated', 'subscribed', 'unsubscribed', 'disconnected'];
const TARGETS: readonly ChannelAddress[] = [
  newsChannel.with({}),
  insideChannel.with({}),
  staffChannel.with({}),
  roomChannel.with({ roomId: '1' }),
];
const SLOTS = 4;
/** Two sessions of ann, one of bob, and one that does not exist. */
const SESSIONS = ['ann', 'ann2', 'bob', 'mallory'] as const;
const USERS = ['ann', 'bob'] as const;

type Interference = (
  connections: IRealtimeConnections,
  connection: RealtimeConnection,
  target: ChannelAddress,
) => unknown;
/** What a listener does to the connection that it hears of. */
const INTERFERENCES = {
  disconnect: (connections, connection) => connections.disconnect(connection),
  unsubscribe: (connections, connection) => connections.unsubscribe(connection),
  subscribe: (connections, connection, target) => connections.subscribe(connection, target),
  reauthorize: (connections, connection) => connections.reauthorize(connection),
  fail: () => {
    throw new Error('a broken listener');
  },
} satisfies Record<string, Interference>;

const slot = fc.nat(SLOTS - 1);
const channel = fc.constantFrom(...TARGETS);
const user = fc.constantFrom(...USERS);
const session = fc.constantFrom(...SESSIONS);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('connect' as const), slot, session: fc.option(session) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('authenticate' as const), slot, session }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constantFrom('subscribe' as const, 'unsubscribe' as const), slot, channel }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('hangUp' as const), slot }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('change' as const), user, staff: fc.boolean(), member: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('logout' as const), session }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('put' as const, 'evict' as const), user, channel }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ban' as const), user }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      question: fc.constantFrom('identity' as const, 'membership' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('interfere' as const),
      hook: fc.constantFrom(...HOOKS),
      how: fc.constantFrom(...(Object.keys(INTERFERENCES) as (keyof typeof INTERFERENCES)[])),
      channel,
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
type Interfering = Extract<Step, { do: 'interfere' }>;
type Pause = 'none' | 'turn' | 'trip';
const pause = fc.constantFrom<Pause>('none', 'turn', 'trip', 'trip');
const storm = fc.array(fc.record({ step, pause }), { minLength: 20, maxLength: 80 });

/** The clients of one application, and the listeners that interfere, for one storm. */
class Storm {
  private readonly clients = Array.from({ length: SLOTS }, (): Client | null => null);
  private readonly underWay: Promise<unknown>[] = [];
  private readonly held: { identity: Hold[]; membership: Hold[] } = { identity: [], membership: [] };
  private readonly planned = new Map<StoryHook, Interfering[]>();

  constructor(
    private readonly app: TestApp,
    private readonly accounts: Accounts,
    private readonly connections: IRealtimeConnections,
  ) {
    for (const hook of HOOKS) app.hooks.on(hook, ({ connection }) => this.answer(hook, connection));
  }

  /** A client in every slot. */
  async begin(): Promise<void> {
    await Promise.all([null, ...SESSIONS.slice(0, SLOTS - 1)].map((session, index) => this.connect(index, session)));
  }

  async pause(how: Pause): Promise<void> {
    if (how === 'turn') await new Promise(setImmediate);
    if (how !== 'trip') return;
    const clients = this.clients.filter((client) => client !== null);
    await Promise.all(clients.map((client) => Promise.race([client.settle(), client.closed])));
  }

  take(step: Step): void {
    const settled = Promise.resolve(this.act(step)).catch(() => undefined);
    this.underWay.push(settled);
  }

  /** Gives all answers, and waits for what is under way. */
  async calm(): Promise<void> {
    for (const hold of [...this.held.identity, ...this.held.membership]) hold.release();
    await Promise.all(this.underWay);
    await until(
      () => this.app.stats(),
      ({ inFlight, pendingAuthentications }) => inFlight + pendingAuthentications === 0,
    );
  }

  private act(step: Step): unknown {
    const { accounts, connections } = this;
    switch (step.do) {
      case 'connect':
        return this.connect(step.slot, step.session);
      case 'authenticate':
        return this.ask(step.slot, 'rt:authenticate', { token: step.session });
      case 'subscribe':
      case 'unsubscribe':
        return this.ask(step.slot, `rt:${step.do}`, { channel: step.channel.name });
      case 'hangUp':
        return this.closeSlot(step.slot);
      case 'change':
        login(accounts, step.user, step.staff);
        accounts[step.member ? 'admit' : 'expel'](step.user, '1');
        return connections.reauthorize({ userId: step.user });
      case 'logout':
        accounts.logout(step.session);
        return connections.reauthorize({ userId: step.session.slice(0, 3) });
      case 'put':
        return connections.subscribe({ userId: step.user }, step.channel);
      case 'evict':
        return connections.unsubscribe({ userId: step.user }, step.channel);
      case 'ban':
        return connections.disconnect({ userId: step.user });
      case 'hold': {
        const earlier = this.held[step.question].splice(0);
        this.held[step.question].push(accounts[step.question].hold());
        for (const hold of earlier) hold.release();
        return undefined;
      }
      case 'interfere':
        this.planned.set(step.hook, [...(this.planned.get(step.hook) ?? []), step]);
        return undefined;
    }
  }

  private async connect(index: number, as: string | null): Promise<void> {
    this.closeSlot(index);
    const client = await this.app.connect(as === null ? {} : { as });
    this.closeSlot(index);
    this.clients[index] = client;
  }

  private closeSlot(index: number): void {
    this.clients[index]?.close();
    this.clients[index] = null;
  }

  private ask(index: number, name: string, frame: unknown): unknown {
    const client = this.clients[index];
    return client && Promise.race([client.request(name, frame), client.closed]);
  }

  /** A listener answers the next event of the hook with an act, in the middle of all listeners. */
  private answer(hook: StoryHook, connection: RealtimeConnection): unknown {
    const plan = this.planned.get(hook)?.shift();
    return plan && INTERFERENCES[plan.how](this.connections, connection, plan.channel);
  }
}

function login(accounts: Accounts, who: string, staff = true): void {
  const roles = staff ? ['staff'] : [];
  accounts.login(who, who, { roles });
  if (who === 'ann') accounts.login('ann2', 'ann', { roles: ['night', ...roles] });
}

describe('the story that the hooks tell of connections', () => {
  afterEach(closeApps);

  it('is consistent for every order of events, and for every listener', async () => {
    const limits = { messagesPerSecond: 10_000, messageBurst: 10_000 };
    const told = new Map<string, number>();

    async function live(steps: readonly { readonly step: Step; readonly pause: Pause }[]): Promise<void> {
      const { app, accounts, connections } = await bootAuthority({ limits });
      for (const each of USERS) login(accounts, each);
      const first = new Stories(app.hooks);
      const storm = new Storm(app, accounts, connections);
      const last = new Stories(app.hooks);
      await storm.begin();
      for (const { step: each, pause: how } of steps) {
        storm.take(each);
        await storm.pause(how);
        first.compare();
      }
      await storm.calm();
      for (const stories of [first, last]) {
        stories.compare();
        expect(stories.violations).toEqual([]);
        const { connections: count, subscriptions } = app.stats();
        expect([stories.connections, stories.subscriptions]).toEqual([count, subscriptions]);
      }
      expect(first.online).toEqual(last.online);
      await app.hangUp();
      expect([first.online, last.online]).toEqual([[], []]);
      for (const [name, count] of first.count) told.set(name, (told.get(name) ?? 0) + count);
      await closeApps();
    }

    await fc.assert(fc.asyncProperty(storm, live), { numRuns: STORMS, seed: SEED, endOnFailure: true });
    // A storm in which little happens would prove little.
    for (const hook of HOOKS) expect(told.get(hook) ?? 0).toBeGreaterThan(STORMS);
  });
});

describe('a connection whose beginning is still to be told', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.module.close());

  /** One that has passed gate 1, and what its client hears from then on. */
  async function admitted() {
    world.rights.current = new Rights([false]);
    world.rights.current.set('ann', 'staff', true);
    const member = { user: 'ann' as const, begunAt: 0, alive: true, channels: new Set<string>() };
    const heard: unknown[] = [];
    const connection = new RememberingConnection(
      'c1',
      member,
      (frame, body) => heard.push([frame, body]),
      () => heard.push('closed'),
    );
    const stories = new Stories(world.module.get(RealtimeHooks));
    await world.life.connect(connection, connection.handshake);
    return { connection, heard, stories };
  }

  it('is told as the user that it has by then, and not twice', async () => {
    const { connection, stories } = await admitted();
    world.rights.current.set('ann', 'staff', false);
    await world.connections.reauthorize({ userId: 'ann' });
    world.life.connected(connection);
    stories.compare();
    world.life.disconnected(connection, 'over');
    expect(stories.violations).toEqual([]);
    expect([...stories.count]).toEqual([
      ['connected', 1],
      ['disconnected', 1],
    ]);
  });

  it('hears that it was banned once it can read that, and is never told', async () => {
    const { connection, heard, stories } = await admitted();
    await world.connections.disconnect({ userId: 'ann' });
    expect(heard).toEqual([]);
    world.life.connected(connection);
    expect(heard).toEqual([['rt:bye', { code: 'REVOKED', reconnect: false }], 'closed']);
    world.life.disconnected(connection, 'over');
    expect([...stories.count]).toEqual([]);
  });
});
