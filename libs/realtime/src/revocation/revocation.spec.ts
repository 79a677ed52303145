import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { collectGarbage } from '../../../../test/kit/garbage.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { LiveConnection } from '../connections/live.connection.js';
import type { RealtimeLimits } from '../realtime.options.js';
import { resolveOptions } from '../realtime.settings.js';
import { ExpiryWatch } from './expiry.watch.js';
import { LeaseSweep } from './lease.sweep.js';
import type { Renewal, Renewed } from './authority.renewal.js';
import { ANY_CHANNEL, RevocationLedger, type RevocationScope } from './revocation.ledger.js';

const ada: RealtimeUser = { userId: 'ada', roles: [], sessionId: 's1' };
/** The connection c1, of a user or of none. */
const of = (user: RealtimeUser | null) => ({ id: 'c1', user });

describe('the revocation ledger', () => {
  it.each<[string, RevocationScope, RealtimeUser | null, string | null, boolean]>([
    ['the user', { userId: 'ada' }, ada, 'a', true],
    ['the user, while they connect', { userId: 'ada' }, ada, null, true],
    ['the session', { sessionId: 's1' }, ada, 'a', true],
    ['user and channel', { userId: 'ada', channel: 'a' }, ada, 'a', true],
    ['user and every channel', { userId: 'ada', channel: ANY_CHANNEL }, ada, 'a', true],
    ['every user', {}, null, 'a', true],
    ['the connection', { connectionId: 'c1' }, ada, 'a', true],
    ['an anonymous connection', { connectionId: 'c1' }, null, 'a', true],
    ['the connection, while it connects', { connectionId: 'c1' }, null, null, true],
    ['connection and channel', { connectionId: 'c1', channel: 'a' }, ada, 'a', true],
    ['connection and every channel', { connectionId: 'c1', channel: ANY_CHANNEL }, ada, 'a', true],
    ['another connection', { connectionId: 'c2' }, ada, 'a', false],
    ['another channel of the connection', { connectionId: 'c1', channel: 'b' }, ada, 'a', false],
    ['every channel of the connection, but not itself', { connectionId: 'c1', channel: ANY_CHANNEL }, ada, null, false],
    ['another user', { userId: 'bob' }, ada, 'a', false],
    ['another session', { sessionId: 's2' }, ada, 'a', false],
    ['another session of the user', { userId: 'ada', sessionId: 's2' }, ada, 'a', false],
    ['another channel', { userId: 'ada', channel: 'b' }, ada, 'a', false],
    ['every channel, but not the connection', { userId: 'ada', channel: ANY_CHANNEL }, ada, null, false],
    ['one channel, but not the connection', { userId: 'ada', channel: 'a' }, ada, null, false],
    ['a user, but no anonymous connection', { userId: 'ada' }, null, 'a', false],
    ['a session, but no user without one', { sessionId: 's1' }, { userId: 'ada', roles: [] }, 'a', false],
  ])('gives the verdict that a revocation of %s calls for', (_case, scope, user, channel, concerned) => {
    for (const kind of ['revoked', 'stale'] as const) {
      const ledger = new RevocationLedger();
      const admission = ledger.open({ since: 0 });
      ledger.record(kind, scope);
      expect(ledger.verdict(admission, of(user), channel)).toBe(concerned ? kind : 'holds');
    }
  });

  it('holds nothing against an admission that was opened later', () => {
    const ledger = new RevocationLedger();
    const before = ledger.open({ since: 0 });
    ledger.record('revoked', { userId: 'ada' });
    const after = ledger.open({ since: 0 });
    expect(ledger.verdict(before, of(ada), 'a')).toBe('revoked');
    expect(ledger.verdict(after, of(ada), 'a')).toBe('holds');
    ledger.close(before);
    ledger.record('stale', { userId: 'ada' });
    expect(ledger.verdict(after, of(ada), 'a')).toBe('stale');
  });

  it('lets a revocation take precedence over every other entry', () => {
    const ledger = new RevocationLedger();
    const admission = ledger.open({ since: 0 });
    for (const kind of ['stale', 'revoked', 'stale'] as const) ledger.record(kind, { userId: 'ada' });
    expect(ledger.verdict(admission, of(ada), 'a')).toBe('revoked');
  });

  it.each<RevocationScope>([{ userId: 'ada' }, { sessionId: 's1' }, { connectionId: 'c1' }, {}])(
    'forgets a revocation of %j with the last admission under way',
    (scope) => {
      const ledger = new RevocationLedger();
      const first = ledger.open({ since: 0 });
      ledger.record('revoked', scope);
      const second = ledger.open({ since: 0 });
      ledger.close(first);
      ledger.record('stale', scope);
      expect(ledger.verdict(second, of(ada), 'a')).toBe('stale');
      ledger.close(second);
      expect(ledger.size).toBe(0);
      expect(ledger.verdict({ since: 0 }, of(ada), 'a')).toBe('holds');
    },
  );

  it('keeps entries back to the oldest admission under way, and none without one', async () => {
    const ledger = new RevocationLedger();
    const recorded: [userId: string, scope: WeakRef<RevocationScope>][] = [];
    const record = (userId: string): void => {
      const scope = { userId };
      ledger.record('revoked', scope);
      recorded.push([userId, new WeakRef(scope)]);
    };
    const remembered = async (): Promise<string[]> => {
      await collectGarbage();
      return recorded.filter(([, scope]) => scope.deref() !== undefined).map(([userId]) => userId);
    };
    record('0');
    expect(await remembered()).toEqual([]);
    const first = ledger.open({ since: 0 });
    record('1');
    const second = ledger.open({ since: 0 });
    record('2');
    expect(await remembered()).toEqual(['1', '2']);
    ledger.close(first);
    expect(await remembered()).toEqual(['2']);
    ledger.close(second);
    ledger.close(second);
    expect(await remembered()).toEqual([]);
  });
});

describe('time', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  describe('on credentials', () => {
    const options = resolveOptions({ expiryNotice: 30_000 });
    function connect(expiresAt?: number) {
      const sent: unknown[] = [];
      const connection = {
        closed: false,
        user: { ...ada, expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt) } as RealtimeUser | null,
        warnOfExpiry: (at: Date) => sent.push(['expiring', at.getTime(), Date.now()]),
        goodbye: (frame: unknown) => sent.push(['bye', frame, Date.now()]),
      };
      return { sent, connection: connection as typeof connection & LiveConnection };
    }
    const bye = { code: 'EXPIRED', reconnect: false };

    it('notifies a client before its credentials expire, and closes its connection when they do', () => {
      const { sent, connection } = connect(100_000);
      new ExpiryWatch(options).watch(connection);
      jest.advanceTimersByTime(100_000);
      expect(sent).toEqual([
        ['expiring', 100_000, 70_000],
        ['bye', bye, 100_000],
      ]);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('notifies a client at once when less time is left than the notice, or none', () => {
      const { sent, connection } = connect(10_000);
      new ExpiryWatch(options).watch(connection);
      jest.advanceTimersByTime(0);
      expect(sent).toEqual([['expiring', 10_000, 0]]);
      const late = connect(-1);
      new ExpiryWatch(options).watch(late.connection);
      jest.advanceTimersByTime(1);
      expect(late.sent).toEqual([
        ['expiring', -1, 0],
        ['bye', bye, expect.any(Number)],
      ]);
    });

    it('waits for an expiry that is too far away for one timer of Node', () => {
      const year = 365 * 86_400_000;
      const { sent, connection } = connect(year);
      new ExpiryWatch(options).watch(connection);
      jest.advanceTimersByTime(year - 30_001);
      expect(sent).toEqual([]);
      jest.advanceTimersByTime(30_001);
      expect(sent).toEqual([
        ['expiring', year, year - 30_000],
        ['bye', bye, year],
      ]);
    });

    it('starts again with new credentials, and keeps one timer for one connection', () => {
      const { sent, connection } = connect(100_000);
      const watch = new ExpiryWatch(options);
      watch.watch(connection);
      connection.user = { ...ada, expiresAt: new Date(500_000) };
      watch.watch(connection);
      expect(jest.getTimerCount()).toBe(1);
      jest.advanceTimersByTime(200_000);
      expect(sent).toEqual([]);
      connection.user = ada;
      watch.watch(connection);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('keeps no timer for a connection that is anonymous, closed, forgotten or has no expiry', () => {
      const watch = new ExpiryWatch(options);
      const anonymous = connect(100_000).connection;
      anonymous.user = null;
      const closed = Object.assign(connect(100_000).connection, { closed: true });
      for (const connection of [anonymous, closed, connect().connection]) watch.watch(connection);
      expect(jest.getTimerCount()).toBe(0);
      const { connection } = connect(100_000);
      watch.watch(connection);
      watch.forget(connection);
      watch.forget(connection);
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  describe('on leases', () => {
    const LEASE = 60_000;
    const PROVEN: Renewed = { userConfirmed: true, unproven: [] };
    const FAILED: Renewed = { userConfirmed: true, unproven: ['a'] };
    let users = 0;
    const admitted = (userId = `user-${users++}`, ...channels: string[]) =>
      ({ user: { userId }, subscriptions: { keys: () => channels } }) as unknown as LiveConnection;

    function sweep(
      answer: (connection: LiveConnection, milliseconds: number) => Promise<Renewed>,
      limits: Partial<RealtimeLimits> = {},
    ) {
      const renewed: LiveConnection[] = [];
      const evicted: unknown[] = [];
      const renewal = {
        renew: (connection: LiveConnection, milliseconds: number) => {
          renewed.push(connection);
          return answer(connection, milliseconds);
        },
        evictUnproven: (_connection: LiveConnection, { unproven }: Renewed) => evicted.push(unproven),
      };
      const leases = new LeaseSweep(renewal as unknown as Renewal, resolveOptions({ lease: LEASE, limits }));
      return { leases, renewed, evicted };
    }

    it('renew every connection twice a lease, spread over time, with and without subscriptions', async () => {
      const { leases, renewed } = sweep(async () => PROVEN);
      const connections = Array.from({ length: 64 }, (_, i) => (i % 2 ? admitted() : admitted(undefined, 'a')));
      for (const connection of [...connections, ...connections]) leases.watch(connection);
      expect(leases.size).toBe(64);
      await jest.advanceTimersByTimeAsync(LEASE / 3);
      expect(renewed).toEqual([]);
      await jest.advanceTimersByTimeAsync(LEASE / 12 + LEASE / 48);
      expect(renewed.length).toBeGreaterThan(0);
      expect(renewed.length).toBeLessThan(32);
      await jest.advanceTimersByTimeAsync(4 * LEASE - (LEASE / 12) * 5);
      for (const connection of connections) {
        expect(renewed.filter((one) => one === connection).length).toBeGreaterThanOrEqual(6);
        expect(renewed.filter((one) => one === connection).length).toBeLessThanOrEqual(8);
      }
    });

    it('end unconfirmed subscriptions before they are over, and not at the first failure', async () => {
      const { leases, renewed, evicted } = sweep(async () => FAILED);
      leases.watch(admitted(undefined, 'a'));
      await jest.advanceTimersByTimeAsync(LEASE / 2 + LEASE / 6);
      expect(renewed.length).toBeGreaterThan(0);
      expect(evicted).toEqual([]);
      await jest.advanceTimersByTimeAsync(LEASE / 3);
      expect(renewed.length).toBeGreaterThanOrEqual(3);
      expect(evicted).toEqual([['a']]);
    });

    it('survive a failed renewal when the next one succeeds', async () => {
      let visits = 0;
      const { leases, evicted } = sweep(async () => (visits++ % 2 === 0 ? FAILED : PROVEN));
      leases.watch(admitted(undefined, 'a'));
      await jest.advanceTimersByTimeAsync(5 * LEASE);
      expect(visits).toBeGreaterThanOrEqual(12);
      expect(evicted).toEqual([]);
    });

    it('begin again after an outage of many leases, with time for each renewal', async () => {
      let down = true;
      const times: number[] = [];
      const { leases, evicted } = sweep(async (_connection, milliseconds) => {
        times.push(milliseconds);
        return down ? FAILED : PROVEN;
      });
      leases.watch(admitted(undefined, 'a'));
      await jest.advanceTimersByTimeAsync(5 * LEASE);
      const ended = evicted.length;
      expect(ended).toBeGreaterThan(0);
      expect(ended).toBeLessThanOrEqual(6);
      down = false;
      await jest.advanceTimersByTimeAsync(10 * LEASE);
      expect(evicted).toHaveLength(ended);
      expect(Math.min(...times)).toBeGreaterThanOrEqual(1_000);
    });

    it('stay within the limit of renewals at once, an eighth of it per user, and no lease is renewed twice at once', async () => {
      let underWay = 0;
      let most = 0;
      const byUser = new Map<string, number>();
      let mostOfOne = 0;
      const atWork = new Set<LiveConnection>();
      const ends: (() => void)[] = [];
      const { leases, renewed, evicted } = sweep(
        async (connection) => {
          expect(atWork).not.toContain(connection);
          atWork.add(connection);
          const { userId } = connection.user!;
          most = Math.max(most, ++underWay);
          byUser.set(userId, (byUser.get(userId) ?? 0) + 1);
          mostOfOne = Math.max(mostOfOne, byUser.get(userId)!);
          await new Promise<void>((resolve) => ends.push(resolve));
          byUser.set(userId, byUser.get(userId)! - 1);
          underWay--;
          atWork.delete(connection);
          return PROVEN;
        },
        { renewalsInFlight: 8 },
      );
      const greedy = Array.from({ length: 40 }, () => admitted('greedy', 'a'));
      for (const connection of greedy) leases.watch(connection);
      for (let i = 0; i < 200; i++) leases.watch(admitted(undefined, 'a'));
      // Each renewal ends at the next of 128 steps, and those that wait take its place.
      for (let step = 0; step < 128; step++) {
        await jest.advanceTimersByTimeAsync(LEASE / 128);
        for (const end of ends.splice(0)) end();
      }
      expect([most, mostOfOne]).toEqual([8, 1]);
      expect(new Set(renewed).size).toBe(240);
      expect(evicted).toEqual([]);
    });

    it('of one slow user do not delay those of others until they end', async () => {
      const never = new Promise<Renewed>(() => undefined);
      const answer = ({ user }: LiveConnection): Promise<Renewed> =>
        user!.userId === 'slow' ? never : Promise.resolve(PROVEN);
      const { leases, evicted } = sweep(answer, { renewalsInFlight: 8 });
      for (let i = 0; i < 100; i++) leases.watch(admitted('slow', 'slow'));
      for (let i = 0; i < 100; i++) leases.watch(admitted(undefined, 'fast'));
      await jest.advanceTimersByTimeAsync(5 * LEASE);
      expect(evicted).not.toContainEqual(['fast']);
      // a lease that found no place in the queue ends as well, because it was never confirmed
      expect(evicted).toContainEqual(['slow']);
    });

    it('stops its clock when the last connection has gone', () => {
      const { leases } = sweep(async () => PROVEN);
      const connections = [admitted(), admitted()];
      for (const connection of connections) leases.watch(connection);
      expect(jest.getTimerCount()).toBe(1);
      for (const connection of [...connections, ...connections]) leases.forget(connection);
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});
