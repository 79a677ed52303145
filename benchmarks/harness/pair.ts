// Which processes measure one peer? Its server process, and the load process that is connected to it.
import type { Measurement, Memory, ServerApi } from '../peers/peer.main.js';
import type { PeerName } from '../peers/peer.js';
import type { LoadApi, RoomSubscriptions } from '../load/load.main.js';
import type { ChatOrder } from '../load/chat-progress.js';
import type { LatencySummary } from '../load/latencies.js';
import type { RoundTripOrder, RoundTripResult } from '../load/round-trips.js';
import type { BroadcastOrder, Series, TimedOrder } from '../peers/broadcasting.js';
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

  /** Starts both processes. `profileFolder` requests a CPU profile of the server, `variants` all of its handlers. */
  static async start(peer: PeerName, profileFolder?: string, variants = false): Promise<Pair> {
    const profiling = profileFolder
      ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${peer}.cpuprofile`]
      : [];
    const serverProcess = forkOn(CORES.server, 'peers/peer.main.js', variants ? [peer, 'variants'] : [peer], [
      ...SERVER_FLAGS,
      ...profiling,
    ]);
    const server = new RemoteProcess<ServerApi>(`${peer} server`, serverProcess);
    const endpoint = JSON.stringify(await server.call('endpoint', undefined));
    const load = new RemoteProcess<LoadApi>(`${peer} load`, forkOn(CORES.load, 'load/load.main.js', [endpoint], []));
    return new Pair(peer, server, load);
  }

  /** Opens `count` more connections and waits until the server counts them all. */
  async connect(count: number): Promise<void> {
    const before = await this.connections();
    await this.load.call('connect', count);
    await this.untilConnections(before + count);
  }

  /** CPU microseconds of the server for `count` more connections. */
  async connectMeasured(count: number): Promise<number> {
    await this.server.call('mark', undefined);
    await this.connect(count);
    return (await this.server.call('measure', undefined)).cpuMicros;
  }

  /** Closes `count` connections and waits until the server no longer counts them. */
  async disconnect(count: number): Promise<void> {
    const before = await this.connections();
    await this.load.call('disconnect', count);
    await this.untilConnections(before - count);
  }

  /** Makes `count` connections stop reading. */
  stall(count: number): Promise<void> {
    return this.load.call('stall', count);
  }

  /** Makes `count` connections read everything without a check. */
  overhear(count: number): Promise<void> {
    return this.load.call('overhear', count);
  }

  /** CPU microseconds of the server for a series by the clock without subscribers. */
  async broadcastUnheard(order: Omit<TimedOrder, 'first'>): Promise<number> {
    const series = this.seriesOf(order);
    await this.server.call('mark', undefined);
    await this.server.call('broadcastTimed', { ...order, ...series });
    return (await this.server.call('measure', undefined)).cpuMicros;
  }

  subscribeRooms(order: RoomSubscriptions): Promise<void> {
    return this.load.call('subscribeRooms', order);
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

  /** CPU microseconds of the server for a series of broadcasts; every delivery is checked. */
  async broadcast(order: Omit<BroadcastOrder, 'first'>): Promise<number> {
    const series = this.seriesOf(order);
    await this.server.call('mark', undefined);
    const step = Math.max(1, Math.floor(order.window / 2));
    const { plan } = order;
    await this.whileListening(
      () =>
        plan === undefined
          ? this.load.call('receiveBroadcasts', { ...series, step })
          : this.load.call('receiveRoomBroadcasts', { ...series, step, plan }),
      () => this.server.call('broadcast', { ...order, ...series }),
    );
    return (await this.server.call('measure', undefined)).cpuMicros;
  }

  /** Latencies of a series of broadcasts by the clock; every delivery is checked. */
  async latencies(order: Omit<TimedOrder, 'first'>): Promise<LatencySummary> {
    const series = this.seriesOf(order);
    const sentAt = await this.whileListening(
      () => this.load.call('receiveTimed', { ...series, step: order.count }),
      () => this.server.call('broadcastTimed', { ...order, ...series }),
    );
    return this.load.call('latencies', sentAt);
  }

  /** CPU microseconds of the server for `order.count` acknowledged messages; each is checked on both sides. */
  async roundTrips(order: Omit<RoundTripOrder, 'first'>): Promise<number> {
    return this.handled(order.count, (first) => this.load.call('roundTrips', { ...order, first }));
  }

  /** CPU microseconds of the server for messages of some members that reach all; every delivery and acknowledgement is checked. */
  async chat(order: Omit<ChatOrder, 'first'>): Promise<number> {
    return this.handled(order.senders * order.perSender, (first) => this.load.call('chat', { ...order, first }));
  }

  async close(): Promise<void> {
    await this.load.close();
    await this.server.close();
  }

  private seriesOf({ count, textLength }: Omit<Series, 'first'>): {
    first: number;
    count: number;
    textLength?: number;
  } {
    const first = this.next;
    this.next += count;
    return { first, count, textLength };
  }

  /** Starts sending once the load process listens. Its later notes are the progress that the server waits for. */
  private async whileListening<Sent>(receive: () => Promise<void>, send: () => Promise<Sent>): Promise<Sent> {
    const listening = new Promise<void>((resolve) => {
      this.load.onNote((received) => (received === 0 ? resolve() : this.server.note(received)));
    });
    const received = receive();
    await Promise.race([listening, received]);
    const [, sent] = await Promise.all([received, send()]);
    return sent;
  }

  private async handled(count: number, send: (first: number) => Promise<RoundTripResult>): Promise<number> {
    const { first } = this.seriesOf({ count });
    await this.server.call('mark', undefined);
    const { checksum } = await send(first);
    const measurement = await this.server.call('measure', undefined);
    assertHandled(this.peer, measurement, count, checksum);
    return measurement.cpuMicros;
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
