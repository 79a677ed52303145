// What remains of clients that leave while a gate is running? Nothing, wherever they leave.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { type AuthorityApp, bootAuthority } from '../authority/authority-app.js';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { closeApps } from '../kit/boot.js';

const SEED = Number(process.env.CLOSING_SEED ?? 20_261_128);

/** What one client does before it leaves: how far it gets, and in which way it goes. */
const visit = fc.record({
  user: fc.constantFrom('ann', 'bob', 'nobody'),
  steps: fc.subarray(['connect', 'subscribe', 'message', 'second connect'] as const),
  leaves: fc.constantFrom('close', 'terminate', 'disconnect packet'),
  turns: fc.nat(6),
});

type Visit = typeof visit extends fc.Arbitrary<infer Value> ? Value : never;

const FRAMES = {
  connect: (user: string) => (user === 'nobody' ? '40' : `40{"token":"${user}"}`),
  subscribe: () => '420["rt:subscribe",[{"channel":"room.1"},{"channel":"inside"},{"channel":"news"}]]',
  message: () => '421["rt:message",{"channel":"inside","event":"say","payload":{"n":1}}]',
  'second connect': () => '40',
} as const;

describe('clients that leave while gates are running', () => {
  let running: AuthorityApp;

  beforeAll(async () => {
    running = await bootAuthority({
      requestTimeout: 1_000,
      authenticationTimeout: 1_000,
      limits: { connectionsPerUser: 10 },
    });
    for (const user of ['ann', 'bob']) {
      running.accounts.login(user, user, { roles: ['staff'] });
      running.accounts.admit(user, '1');
    }
  });

  afterAll(closeApps);

  afterEach(() => {
    for (const question of [running.accounts.identity, running.accounts.membership]) question.hold().release();
  });

  async function pay(visits: readonly Visit[]): Promise<void> {
    await Promise.all(
      visits.map(async ({ user, steps, leaves, turns }) => {
        const url = `${running.app.url.replace('http', 'ws')}/realtime/?EIO=4&transport=websocket`;
        const socket = new WebSocket(url);
        socket.on('error', () => undefined);
        const closed = new Promise((resolve) => socket.once('close', resolve));
        await new Promise((resolve) => socket.once('open', resolve));
        for (const step of steps) if (socket.readyState === WebSocket.OPEN) socket.send(FRAMES[step](user));
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
        if (leaves === 'disconnect packet' && socket.readyState === WebSocket.OPEN) socket.send('41');
        if (leaves === 'terminate') socket.terminate();
        else socket.close();
        await closed;
      }),
    );
  }

  const held = (): string[] =>
    Object.entries(running.app.stats().holdings)
      .filter(([, size]) => size > 0)
      .map(([place, size]) => `${place}: ${size}`);

  it('clients leave nothing behind, whatever they had begun', async () => {
    const storm = fc.array(visit, { minLength: 5, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(storm, fc.boolean(), fc.boolean(), async (visits, slowIdentity, slowMembership) => {
        const { identity, membership } = running.accounts;
        const holds = [slowIdentity && identity.hold(), slowMembership && membership.hold()];
        await pay(visits);
        for (const hold of holds) if (hold) hold.release();
        while (held().length > 0) await new Promise(setImmediate);
        expect(running.app.stats()).toMatchObject({ connections: 0, subscriptions: 0, rooms: 0, inFlight: 0 });
      }),
      { numRuns: 40, seed: SEED, endOnFailure: true },
    );
  });

  it('clients that have left do not use up the connections of their user', async () => {
    const hold = running.accounts.identity.hold();
    await pay(
      Array.from({ length: 30 }, () => ({
        user: 'ann',
        steps: ['connect' as const],
        leaves: 'close' as const,
        turns: 3,
      })),
    );
    hold.release();
    while (held().length > 0) await new Promise(setImmediate);
    const client = await running.app.connect({ as: 'ann' });
    expect(await client.welcome()).toMatchObject({ user: { userId: 'ann' } });
    client.close();
  });
});

describe('the memory of clients that leave while gate 1 is running', () => {
  let fixture: FixtureProcess;

  beforeAll(async () => {
    fixture = await FixtureProcess.start();
  });

  afterAll(async () => {
    expect(await fixture.stop()).toBe(0);
  });

  /** Connects with as much as gate 1 reads, and connects again in the same tick, which closes the connection. */
  async function visitAndLeave(): Promise<void> {
    const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}${fixture.path}/?EIO=4&transport=websocket`);
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(`40{"a":"${'x'.repeat(3_900)}"}`);
    socket.send('40');
    await closed;
  }

  async function storm(visits: number): Promise<number> {
    for (let batch = 0; batch < visits / 50; batch++) {
      await Promise.all(Array.from({ length: 50 }, visitAndLeave));
    }
    let stats = await fixture.stats({ gc: true });
    while (stats.directory > 0 || stats.connections > 0) stats = await fixture.stats({ gc: true });
    return stats.heapUsed;
  }

  it('is released', async () => {
    const few = await storm(300);
    const many = await storm(1_500);
    // one client brings 4 KB; 1,500 that stay would be 6 MB and more
    expect(many - few).toBeLessThan(3_000_000);
  });
});
