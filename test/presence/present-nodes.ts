// Who is in one room of three nodes? Fixtures on one Redis that can forget, and a book of each client that has entered.
import { Redis } from 'ioredis';
import type { Member } from '@nestjs-realtime/contract';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { Client } from '../kit/client.js';
import { RedisProxy } from '../kit/redis-proxy.js';
import { PERSISTENT, RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';
import { MemberBook } from './member-book.js';

export const ROOM = 't.here.r1';

type Edges = Readonly<Record<'joins' | 'leaves', readonly (readonly [channel: string, userId: string])[]>>;

export class PresentNodes {
  /** Of all clients that are here. */
  readonly books = new Set<MemberBook>();
  /** What clients that came back had been told before. */
  readonly told: string[] = [];
  private isOver = false;
  /** Edges of nodes that have ended in order. */
  private readonly edgesBefore: Edges[] = [];

  private constructor(
    private server: RedisServer,
    private readonly ways: readonly RedisProxy[],
    readonly all: FixtureProcess[],
    private readonly graceMs: number,
  ) {}

  static async start(graceMs: number): Promise<PresentNodes> {
    const server = await RedisServer.start(undefined, PERSISTENT);
    const ways = await Promise.all([0, 1, 2].map(() => RedisProxy.before(server.port)));
    const nodes = await Promise.all(ways.map((way, nth) => startNode(way, nth, graceMs)));
    return new PresentNodes(server, ways, nodes, graceMs);
  }

  /** A client of the user at a node, once it has been told who is here. */
  async enter(userId: string, nth: number): Promise<MemberBook> {
    const node = this.all[nth];
    const client = await Client.connect(node.url, { path: node.path, as: await node.login(userId) });
    const book = new MemberBook(client, ROOM);
    const reply = await book.subscribe();
    if (!reply.ok) throw new Error(`${userId} was refused: ${JSON.stringify(reply)}`);
    this.books.add(book);
    return book;
  }

  leave(book: MemberBook): void {
    this.books.delete(book);
    book.client.close();
  }

  /** Resolves when all clients believe, and all nodes that live say, that these users are here. */
  async agree(userIds: readonly string[]): Promise<void> {
    const wanted = JSON.stringify(userIds);
    const differs = async (): Promise<unknown[]> => {
      const ofClients = [...this.books].map((book) => book.userIds);
      const living = this.all.flatMap((node, nth) => (node.alive ? [nth] : []));
      const ofNodes = await Promise.all(living.map((nth) => this.members(nth)));
      const all = [...ofClients, ...ofNodes.map((members) => members.map(({ userId }) => userId).sort())];
      return all.filter((found) => JSON.stringify(found) !== wanted);
    };
    await until(differs, (found) => found.length === 0);
  }

  async members(nth: number): Promise<readonly Member[]> {
    return (await this.ask<{ members?: readonly Member[] }>(nth, `/members?channel=${ROOM}`)).members ?? [];
  }

  async count(nth: number): Promise<number> {
    return (await this.ask<{ count: number }>(nth, `/count?channel=${ROOM}`)).count;
  }

  async isOnline(userId: string, nth: number): Promise<boolean> {
    return (await this.ask<{ online: boolean }>(nth, `/online?userId=${userId}`)).online;
  }

  /** What the application was told on all nodes but those that were killed: `+ann`, `-bob`, sorted. */
  async edges(): Promise<string[]> {
    const now = await Promise.all(this.all.filter(({ alive }) => alive).map((node) => edgesOf(node)));
    return [...this.edgesBefore, ...now]
      .flatMap(({ joins, leaves }) => [...joins.map(([, id]) => `+${id}`), ...leaves.map(([, id]) => `-${id}`)])
      .sort();
  }

  /** As a rolling deploy does. Resolves when the next process runs. */
  async replace(nth: number): Promise<void> {
    this.edgesBefore.push(await edgesOf(this.all[nth]));
    await this.all[nth].stop();
    this.all[nth] = await startNode(this.ways[nth], nth, this.graceMs);
  }

  kill(nth: number): Promise<void> {
    return this.all[nth].kill();
  }

  /** The client comes back, at another node, whenever its own one ends. Resolves when it was closed by `leaveAll`. */
  async stay(book: MemberBook, userId: string): Promise<void> {
    let now = book;
    for (let nth = 0; !this.isOver;) {
      await now.client.closed;
      this.books.delete(now);
      this.told.push(...now.told);
      nth = (nth + 1) % this.all.length;
      now = await until(
        () => (this.isOver ? now : this.enter(userId, nth++ % this.all.length).catch(() => null)),
        (found) => found !== null,
      ).then((found) => found!);
    }
  }

  async leaveAll(): Promise<void> {
    this.isOver = true;
    for (const book of this.books) this.leave(book);
  }

  /** Redis is killed and comes back with its file. */
  async crash(): Promise<void> {
    const { port } = this.server;
    const directory = await this.server.kill();
    this.server = await RedisServer.start(port, PERSISTENT, directory);
  }

  /**
   * Redis is killed, and comes back with nothing but the sessions of the application. Nodes reach it one after another: `before` is called
   * when all but the last do, and have told again who is there.
   */
  async forget(before: () => Promise<void>): Promise<void> {
    const next = await RedisServer.start(undefined, PERSISTENT);
    await this.ofRedis((from) => copySessions(from, next.port));
    const former = this.server;
    this.server = next;
    await former.stop();
    const [last, ...others] = [...this.ways].reverse();
    for (const way of others) way.redirect(next.port);
    await this.ofRedis((redis) =>
      until(
        async () => Promise.all((await redis.keys(`rt:*:pn:${ROOM}`)).map((key) => redis.scard(key))),
        ([nodes]) => nodes === others.length,
      ),
    );
    await before();
    last.redirect(next.port);
  }

  /** Resolves when each node may take out members of dead ones: it has beaten for a whole lease, which the sweeper shows. */
  async sound(): Promise<void> {
    await this.ofRedis((redis) =>
      until(
        () => redis.keys('rt:*:ps'),
        (keys) => keys.length > 0,
      ),
    );
  }

  /** Resolves when nothing is left of nodes that have ended. */
  async swept(): Promise<void> {
    const living = this.all.filter(({ alive }) => alive).length;
    await this.ofRedis((redis) =>
      until(
        async () => {
          const keys = (await Promise.all(['rt:*:pl', 'rt:*:pd'].map((pattern) => redis.keys(pattern)))).flat();
          return (await Promise.all(keys.map((key) => redis.zcard(key)))).reduce((sum, count) => sum + count, 0);
        },
        (count) => count === living,
      ),
    );
  }

  async healthy(): Promise<void> {
    for (const node of this.all.filter(({ alive }) => alive)) {
      await until(
        async () => (await node.control<{ status: string }>('/health')).body.status,
        (status) => status === 'ok',
      );
    }
  }

  async stop(): Promise<void> {
    for (const book of this.books) book.client.close();
    await Promise.all(this.all.map((node) => node.stop()));
    for (const way of this.ways) way.close();
    await this.server.stop();
  }

  private async ofRedis(ask: (redis: Redis) => Promise<unknown>): Promise<void> {
    const redis = new Redis(this.server.port);
    await ask(redis).finally(() => redis.disconnect());
  }

  private async ask<Body>(nth: number, path: string): Promise<Body> {
    return (await this.all[nth].control<Body>(path)).body;
  }
}

async function copySessions(from: Redis, port: number): Promise<void> {
  const to = new Redis(port);
  for (const key of await from.keys('*')) {
    if (!key.startsWith('rt:')) await to.restore(key, 0, await from.dumpBuffer(key));
  }
  to.disconnect();
}

function startNode(way: RedisProxy, nth: number, presenceGrace: number): Promise<FixtureProcess> {
  const options = JSON.stringify({ presenceGrace });
  return FixtureProcess.start({ REDIS_URL: way.url, NODE_ID: `node${nth}`, REALTIME_OPTIONS: options });
}

async function edgesOf(node: FixtureProcess): Promise<Edges> {
  return (await node.control<Edges>('/edges')).body;
}
