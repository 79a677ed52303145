// Which processes measure a cluster? A Redis, nodes of one peer, and for each node with members the load that is connected to it.
import type { LatencySummary } from '../load/latencies.js';
import type { LoadApi } from '../load/load.main.js';
import type { BroadcastOrder, TimedOrder } from '../peers/broadcasting.js';
import type { Endpoint, ServerApi } from '../peers/peer.main.js';
import type { ClusterPeerName } from '../peers/peer.js';
import { CORES, forkOn } from '../harness/pinning.js';
import { RemoteProcess } from '../harness/process-calls.js';
import { FEED } from '../workload.js';
import { MeasuredRedis } from './redis.js';

interface Node {
  readonly server: RemoteProcess<ServerApi>;
  readonly load: RemoteProcess<LoadApi> | null;
}

/** What a series has cost, in CPU microseconds. */
export interface ClusterCost {
  readonly redis: number;
  /** The node that has broadcast. */
  readonly sender: number;
  /** All other nodes together. */
  readonly others: number;
  readonly wallMs: number;
}

/** What it has cost that all members of the first node came back, in CPU microseconds. */
export interface StormCost {
  readonly redis: number;
  readonly node: number;
  /** Scripts that Redis has run meanwhile; a node runs one every two seconds by itself. */
  readonly scripts: number;
  readonly wallMs: number;
}

export class Cluster {
  private next = 0;

  private constructor(
    readonly redis: MeasuredRedis,
    /** The first of them broadcasts. */
    private nodes: readonly Node[],
  ) {}

  /** @param members how many each node has. */
  static async start(peer: ClusterPeerName, members: readonly number[]): Promise<Cluster> {
    const redis = await MeasuredRedis.start();
    const nodes: Node[] = [];
    for (const [index, count] of members.entries()) nodes.push(await startNode(peer, index, count, redis.port));
    return new Cluster(redis, nodes);
  }

  /** Every delivery is checked. */
  async broadcast(order: Omit<BroadcastOrder, 'first'>): Promise<ClusterCost> {
    const series = { first: this.advance(order.count), count: order.count };
    await Promise.all(this.nodes.map(({ server }) => server.call('mark', undefined)));
    const redisBefore = await this.redis.cpuMicros();
    const began = performance.now();
    const step = Math.max(1, Math.floor(order.window / 2));
    await this.whileListening({ ...series, step }, 'receiveBroadcasts', () =>
      this.nodes[0].server.call('broadcast', { ...order, ...series }),
    );
    const wallMs = performance.now() - began;
    const redis = (await this.redis.cpuMicros()) - redisBefore;
    const [sender, ...others] = await Promise.all(
      this.nodes.map(async ({ server }) => (await server.call('measure', undefined)).cpuMicros),
    );
    return { redis, sender, others: others.reduce((sum, micros) => sum + micros, 0), wallMs };
  }

  /** Of the deliveries on the last node. */
  async latencies(order: Omit<TimedOrder, 'first'>): Promise<LatencySummary> {
    const series = { first: this.advance(order.count), count: order.count };
    const sentAt = await this.whileListening({ ...series, step: order.count }, 'receiveTimed', () =>
      this.nodes[0].server.call('broadcastTimed', { ...order, ...series }),
    );
    return this.nodes.at(-1)!.load!.call('latencies', sentAt);
  }

  /** The first node asks who is in the feed, so many times. */
  async askMembers(
    times: number,
    expected: number,
  ): Promise<Omit<ClusterCost, 'sender' | 'others'> & { nodes: number }> {
    await Promise.all(this.nodes.map(({ server }) => server.call('mark', undefined)));
    const redisBefore = await this.redis.cpuMicros();
    const began = performance.now();
    const found = await this.nodes[0].server.call('countMembers', times);
    const wallMs = performance.now() - began;
    if (found !== expected) throw new Error(`The nodes count ${found} members, and there are ${expected}.`);
    const redis = (await this.redis.cpuMicros()) - redisBefore;
    const each = await Promise.all(this.nodes.map(({ server }) => server.call('measure', undefined)));
    return { redis, nodes: each.reduce((sum, { cpuMicros }) => sum + cpuMicros, 0), wallMs };
  }

  /** Without members there is nothing to wait for. */
  async broadcastUnheard(count: number): Promise<void> {
    const series = { first: this.advance(count), count };
    await this.nodes[0].server.call('broadcastTimed', { ...series, everyMs: 1 });
  }

  /** Connects clients to the first node, which subscribe to nothing. */
  async connect(count: number): Promise<void> {
    const [first, ...others] = this.nodes;
    const load = await startLoad(await first.server.call('endpoint', undefined), count);
    this.nodes = [{ ...first, load }, ...others];
  }

  /** All clients of the first node subscribe, and hear the last `missed` events. */
  async recoverAll(missed: number): Promise<StormCost> {
    const [{ server, load }] = this.nodes;
    await this.redis.takeCalls();
    const redisBefore = await this.redis.cpuMicros();
    await server.call('mark', undefined);
    const wallMs = await load!.call('recover', { channel: FEED, missed, first: this.next - missed });
    const { cpuMicros: node } = await server.call('measure', undefined);
    const redis = (await this.redis.cpuMicros()) - redisBefore;
    const calls = await this.redis.takeCalls();
    return { redis, node, scripts: (calls.get('evalsha') ?? 0) + (calls.get('eval') ?? 0), wallMs };
  }

  async close(): Promise<void> {
    for (const { load, server } of this.nodes) {
      await load?.close();
      await server.close();
    }
    await this.redis.stop();
  }

  private advance(count: number): number {
    const first = this.next;
    this.next += count;
    return first;
  }

  /** Sends once all loads listen. The slowest of them is the progress that the sender waits for. */
  private async whileListening<Sent>(
    expectation: { first: number; count: number; step: number },
    receive: 'receiveBroadcasts' | 'receiveTimed',
    send: () => Promise<Sent>,
  ): Promise<Sent> {
    const loads = this.nodes.flatMap(({ load }) => load ?? []);
    const progress = loads.map(() => -1);
    const listening = new Promise<void>((resolve) => {
      loads.forEach((load, index) =>
        load.onNote((received) => {
          progress[index] = received;
          const slowest = Math.min(...progress);
          if (slowest === 0) resolve();
          else if (slowest > 0) this.nodes[0].server.note(slowest);
        }),
      );
    });
    const received = Promise.all(loads.map((load) => load.call(receive, expectation)));
    await Promise.race([listening, received]);
    const [, sent] = await Promise.all([received, send()]);
    return sent;
  }
}

async function startNode(peer: ClusterPeerName, index: number, members: number, redisPort: number): Promise<Node> {
  const child = forkOn(CORES.server, 'peers/peer.main.js', [peer, '', String(redisPort)], ['--expose-gc']);
  const server = new RemoteProcess<ServerApi>(`${peer} ${index}`, child);
  const endpoint = await server.call('endpoint', undefined);
  if (members === 0) return { server, load: null };
  const load = await startLoad(endpoint, members);
  await load.call('subscribe', FEED);
  return { server, load };
}

/** A process with as many connected clients. */
async function startLoad(endpoint: Endpoint, clients: number): Promise<RemoteProcess<LoadApi>> {
  const child = forkOn(CORES.load, 'load/load.main.js', [JSON.stringify(endpoint)], []);
  const load = new RemoteProcess<LoadApi>(`load of port ${endpoint.port}`, child);
  await load.call('connect', clients);
  return load;
}
