// Who plays against whom? One peer's server process and the load process that is connected to it.
import type { Measurement, Memory, ServerApi } from '../peers/peer.main.js';
import type { PeerName } from '../peers/peer.js';
import type { LoadApi } from '../load/load.main.js';
import type { RoundTripOrder } from '../load/round-trips.js';
import type { BroadcastOrder } from '../peers/broadcasting.js';
import { CORES, forkOn } from './pinning.js';
import { RemoteProcess } from './process-calls.js';

/** Node flags of every server process. */
const SERVER_FLAGS = ['--expose-gc'];

export class Pair {
  /** Sequence number of the next broadcast or message. */
  private next = 0;

  private constructor(
    readonly peer: PeerName,
    private readonly server: RemoteProcess<ServerApi>,
    private readonly load: RemoteProcess<LoadApi>,
  ) {}

  /** Starts both processes; `profileFolder` asks for a CPU profile of the server. */
  static async start(peer: PeerName, profileFolder?: string): Promise<Pair> {
    const profiling = profileFolder
      ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${peer}.cpuprofile`]
      : [];
    const serverProcess = forkOn(CORES.server, 'peers/peer.main.js', [peer], [...SERVER_FLAGS, ...profiling]);
    const server = new RemoteProcess<ServerApi>(`${peer} server`, serverProcess);
    const endpoint = JSON.stringify(await server.call('endpoint', undefined));
    const load = new RemoteProcess<LoadApi>(`${peer} load`, forkOn(CORES.load, 'load/load.main.js', [endpoint], []));
    return new Pair(peer, server, load);
  }

  /** Opens so many connections more and waits until the server counts them all. */
  async connect(count: number): Promise<void> {
    const before = await this.connections();
    await this.load.call('connect', count);
    await this.untilConnections(before + count);
  }

  subscribe(channel: string): Promise<void> {
    return this.load.call('subscribe', channel);
  }

  prepareToSend(channel: string): Promise<void> {
    return this.load.call('prepareToSend', channel);
  }

  memory(): Promise<Memory> {
    return this.server.call('memory', undefined);
  }

  /** CPU microseconds of the server for a series of broadcasts, every delivery of which has been checked. */
  async broadcast(order: Omit<BroadcastOrder, 'first'>): Promise<number> {
    const first = this.next;
    this.next += order.count;
    const listening = new Promise<void>((resolve) => {
      this.load.onNote((received) => (received === 0 ? resolve() : this.server.note(received)));
    });
    await this.server.call('mark', undefined);
    const step = Math.max(1, Math.floor(order.window / 2));
    const received = this.load.call('receiveBroadcasts', { first, count: order.count, step });
    await Promise.race([listening, received]);
    await Promise.all([received, this.server.call('broadcast', { ...order, first })]);
    return (await this.server.call('measure', undefined)).cpuMicros;
  }

  /** CPU microseconds of the server for so many acknowledged messages, every one of which has been checked on both sides. */
  async roundTrips(order: Omit<RoundTripOrder, 'first'>): Promise<number> {
    const first = this.next;
    this.next += order.count;
    await this.server.call('mark', undefined);
    const { checksum } = await this.load.call('roundTrips', { ...order, first });
    const measurement = await this.server.call('measure', undefined);
    assertHandled(this.peer, measurement, order.count, checksum);
    return measurement.cpuMicros;
  }

  async close(): Promise<void> {
    await this.load.close();
    await this.server.close();
  }

  private connections(): Promise<number> {
    return this.server.call('connections', undefined);
  }

  private async untilConnections(count: number): Promise<void> {
    while ((await this.connections()) !== count) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function assertHandled(peer: PeerName, { handled, checksum }: Measurement, count: number, sum: number): void {
  if (handled === count && checksum === sum) return;
  throw new Error(`${peer} acknowledged ${count} messages (sum ${sum}) and handled ${handled} (sum ${checksum}).`);
}
