// Do several nodes on one Redis come to the same members, while users come and go, nodes die and topics are cut?
import { afterAll, afterEach, beforeAll, describe, it } from '@jest/globals';
import fc from 'fast-check';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import type { ToldMember } from 'nestjs-realtime/adapters';
import { Redis } from 'ioredis';
import { MemberFollower } from '../../libs/realtime/src/presence/member-follower.js';
import { MergedMembers } from '../../libs/realtime/src/presence/merged-members.js';
import { OwnMembers } from '../../libs/realtime/src/presence/own-members.js';
import { RecordingSink } from '../kit/broker-sink.js';
import { PATIENT } from '../kit/redis-nodes.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';

const CHANNEL = 'rooms.1';
const TERMS = { graceMs: 30, gatherMs: 5 };
const OPTIONS = { ...PATIENT, partitions: 4, beatInterval: '50ms', nodeLease: '1s' } as const;
const USERS = ['ada', 'bob', 'cy', 'dora', '__proto__'];

/** A node as an application has one: own members, all members, a client that was told them, and edges. */
class PresentNode {
  readonly broker: RedisRealtimeBroker;
  readonly merged: MergedMembers;
  readonly own: OwnMembers;
  readonly edges: string[];
  /** What a client has made of its reply and the diffs behind it. */
  readonly client = new Map<string, string>();
  private readonly follower: MemberFollower;

  constructor(url: string, edges: string[]) {
    this.edges = edges;
    this.broker = new RedisRealtimeBroker({ url, ...OPTIONS });
    const store = this.broker.presenceStore();
    this.merged = new MergedMembers(() => store.nodeId);
    this.own = new OwnMembers(
      store,
      {
        size: () => this.merged.size,
        changed: (_channel, change) => this.merged.setOwn(change),
        gathered: () => this.tell(),
        edges: (_channel, { joined, left }) => this.note(joined, left),
        onlineChanged: () => undefined,
        online: () => undefined,
      },
      TERMS,
    );
    this.follower = new MemberFollower({
      members: this.merged,
      read: () => store.read(CHANNEL),
      foundOwn: (entries) => this.own.open(CHANNEL, TERMS).reconcile(entries),
      ownId: () => store.nodeId,
    });
    store.listen({
      receive: (diff) => this.follower.receive(diff),
      swept: (_channel, left) => this.note([], left),
      offline: () => undefined,
      forgotten: () => void this.own.applyAll(),
    });
  }

  async start(): Promise<void> {
    const sink = new RecordingSink();
    sink.rejoined = () => this.follower.rejoined();
    await this.broker.start(sink);
    await this.broker.watch(CHANNEL);
    await this.follower.live();
  }

  /** What clients hear when it is sent. */
  tell(): void {
    const diff = this.merged.flush();
    for (const { userId, since } of [...(diff?.joined ?? []), ...(diff?.updated ?? [])]) this.client.set(userId, since);
    for (const { userId } of diff?.left ?? []) this.client.delete(userId);
  }

  get members(): string[] {
    return this.merged.members.map(({ userId }) => userId).sort();
  }

  async kill(): Promise<void> {
    this.own.online.close();
    this.own.in(CHANNEL)?.close();
    this.follower.close();
    await this.broker.stop();
  }

  private note(joined: readonly ToldMember[], left: readonly ToldMember[]): void {
    this.edges.push(...joined.map(({ userId }) => `+${userId}`), ...left.map(({ userId }) => `-${userId}`));
  }
}

describe('several nodes with presence', () => {
  let server: RedisServer;
  let redis: Redis;
  let nodes: PresentNode[] = [];
  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.port, '127.0.0.1');
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.kill()));
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  const step = fc.record({
    do: fc.constantFrom('enter', 'enter', 'lose', 'leave', 'remove', 'cut', 'pause'),
    node: fc.nat(2),
    userId: fc.constantFrom(...USERS),
  });

  async function agree(living: readonly PresentNode[], expected: readonly string[]): Promise<void> {
    const all = () => {
      for (const node of living) node.tell();
      return living.map(({ members, client }) => [members, [...client.keys()].sort()]);
    };
    const wanted = JSON.stringify(living.map(() => [expected, expected]));
    await until(all, (found) => JSON.stringify(found) === wanted);
  }

  /** The answer that says who has joined may come after the diff. */
  async function addUp(edges: readonly string[], expected: readonly string[]): Promise<void> {
    const count = (edge: string) => edges.filter((each) => each === edge).length;
    const wanted = JSON.stringify(USERS.map((userId) => [userId, expected.includes(userId) ? 1 : 0]));
    const sums = () => USERS.map((userId) => [userId, count(`+${userId}`) - count(`-${userId}`)]);
    await until(sums, (found) => JSON.stringify(found) === wanted);
  }

  it('agree in the end, tell clients what adds up, and say once who has joined and left', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const edges: string[] = [];
        nodes = [0, 1, 2].map(() => new PresentNode(server.url, edges));
        await Promise.all(nodes.map((node) => node.start()));
        const here = nodes.map(() => new Map<string, number>());
        for (const one of steps) {
          const users = nodes[one.node].own.open(CHANNEL, TERMS);
          const count = here[one.node].get(one.userId) ?? 0;
          if (one.do === 'enter') {
            users.enter(one.userId);
            here[one.node].set(one.userId, count + 1);
          } else if (one.do === 'lose' || one.do === 'leave') {
            if (count > 0) users.leave(one.userId, one.do === 'lose');
            here[one.node].set(one.userId, Math.max(0, count - 1));
          } else if (one.do === 'remove') {
            users.remove(one.userId);
            here[one.node].set(one.userId, 0);
          } else if (one.do === 'cut') await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
          else await redis.ping();
        }
        const usersOf = (living: readonly Map<string, number>[]) =>
          USERS.filter((userId) => living.some((users) => (users.get(userId) ?? 0) > 0)).sort();
        await agree(nodes, usersOf(here));
        await addUp(edges, usersOf(here));
        await nodes[0].kill();
        await agree(nodes.slice(1), usersOf(here.slice(1)));
        await addUp(edges, usersOf(here.slice(1)));
        await Promise.all(nodes.splice(0).map((node) => node.kill()));
        await redis.flushall();
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });
});
