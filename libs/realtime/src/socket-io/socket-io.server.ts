// How do connections, requests and events travel over Socket.IO? The one class that speaks to its server.
import { Injectable } from '@nestjs/common';
import type { Socket as EngineSocket } from 'engine.io';
import type { SlowConsumerPolicy } from '@nestjs-realtime/contract';
import type { Server, Socket } from 'socket.io';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import { ChannelCensus } from '../connections/channel-census.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { Membership } from '../connections/channel.membership.js';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import type { RealtimeEntrance } from '../connections/realtime-entrance.js';
import { IRealtimeServer, type RealtimeStats } from '../connections/realtime.server.js';
import { QueryUse } from '../inspection/query.use.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeOptions } from '../realtime.options.js';
import { Backlogs } from './fan-out/backlogs.js';
import { FanOut, type Parties } from './fan-out/fan-out.js';
import type { Outlet } from './fan-out/outlet.js';
import { Writer } from './fan-out/writer.js';
import { connectionOf, listenToEngine } from './intake/engine-listeners.js';
import { engineOptions } from './intake/engine.options.js';
import { PacketMeter } from './intake/packet-meter.js';
import { RequestCheck } from './intake/request.check.js';
import { listenToSockets } from './intake/socket-listeners.js';
import { Turns } from './intake/turns.js';
import { watchWrongPaths } from './intake/wrong-paths.js';
import { connectingSockets, namespaceCount } from './internals.js';
import { showRooms } from './rooms-view.js';
import { demandSocketIO } from './socket-io-probe.js';
import { SocketIOConnection } from './socket-io.connection.js';

/** The clients of this node, over Socket.IO. */
@Injectable()
export class SocketIORealtimeServer extends IRealtimeServer {
  private mounted: unknown = null;
  private io: Server | null = null;
  private entrance: RealtimeEntrance | null = null;
  private accepting = true;
  private readonly census: ChannelCensus;
  private readonly fanOut: FanOut;
  private readonly backlogs: Backlogs;
  private readonly check: RequestCheck;
  private readonly meter: PacketMeter;

  constructor(
    private readonly options: RealtimeOptions,
    private readonly counters: RealtimeCounters,
    private readonly refusals: RefusalLog,
    private readonly hooks: RealtimeHooks,
    private readonly membership: Membership<Outlet>,
    directory: ConnectionDirectory,
    private readonly queryUse: QueryUse,
  ) {
    super();
    this.backlogs = new Backlogs(options.limits.queuedBytes);
    this.census = new ChannelCensus(membership);
    const parties: Parties = {
      get count() {
        return directory.size;
      },
      of: (party) => directory.of(party).map((connection) => (connection as SocketIOConnection).outlet),
    };
    this.fanOut = new FanOut(membership, parties, options.fanOut, new Writer(this.backlogs, this.overflow));
    this.meter = new PacketMeter(options.limits, this.backlogs, refusals, (conn) => this.cutOff(conn, null));
    this.check = new RequestCheck(options, refusals, () => this.accepting);
  }

  override gatewayOptions(): Record<string, unknown> {
    return engineOptions(this.options, this.check.allows, this.meter);
  }

  override mount(transport: unknown): void {
    this.mounted = transport;
  }

  override open(entrance: RealtimeEntrance): void {
    if (!isSocketIOServer(this.mounted)) {
      throw new RealtimeFault(
        'nestjs-realtime needs the Socket.IO adapter, but the application uses another WebSocket adapter; remove app.useWebSocketAdapter(...), or pass it an IoAdapter of @nestjs/platform-socket.io.',
      );
    }
    demandSocketIO(this.mounted, this.options.transports.includes('polling'));
    this.io = this.mounted;
    this.entrance = entrance;
    this.takeOver(this.io);
    showRooms(this.io.sockets, this.membership);
    this.listen(this.io, entrance);
    watchWrongPaths(this.io.httpServer, this.options.path);
  }

  override stopAccepting(): void {
    this.accepting = false;
  }

  override deliver(event: EncodedEvent): number {
    return this.fanOut.broadcast(event);
  }

  override stats(): RealtimeStats {
    const sockets = this.io ? [...this.io.sockets.sockets.values()] : [];
    const channels = this.census.subscriptions();
    return {
      state: this.state(),
      connections: sockets.length,
      subscriptions: [...channels.values()].reduce((sum, count) => sum + count, 0),
      channels: Object.fromEntries(channels),
      fanOut: this.fanOut.mode,
      rooms: this.census.channels,
      pendingAuthentications: this.counters.pendingAuthentications,
      inFlight: this.counters.inFlight,
      queuedBytes: sockets.reduce((sum, { conn }) => sum + this.backlogs.bytesOf(conn), 0),
      holdings: this.counters.holdings(),
      refusals: { ...this.counters.refusals },
    };
  }

  override pingInterval(): number | null {
    return isSocketIOServer(this.mounted) ? (this.mounted.engine?.opts.pingInterval ?? null) : null;
  }

  private state(): RealtimeStats['state'] {
    if (!this.accepting) return 'draining';
    return this.io === null || this.options.mode === 'in-memory' ? 'closed' : 'accepting';
  }

  /** Nest's own pipe per connection and event is not used: every request goes through the entrance (docs/hardening.md#1). */
  private takeOver(io: Server): void {
    // A gateway in a namespace shares the engine too, and the check of origins with it where it was bound first.
    if (io.sockets.listeners('connection').length > 1 || namespaceCount(io) > 1) {
      throw new RealtimeFault(
        `Another gateway uses the path "${this.options.path}" of nestjs-realtime; give it a path of its own, or set RealtimeModule.forRoot({ path }).`,
      );
    }
    io.sockets.removeAllListeners('connection');
    // Clients that connected before the gates existed were never checked: they have to connect again.
    io.disconnectSockets(true);
  }

  private listen(io: Server, entrance: RealtimeEntrance): void {
    const { fanOut, meter, refusals, counters } = this;
    const turns = new Turns((connection, event, args, acknowledge) => {
      entrance.dispatch(connection, event, args, acknowledge);
    });
    counters.watch('transports', () => io.engine.clientsCount);
    if (connectingSockets(io.sockets) !== null) {
      counters.watch('connecting', () => connectingSockets(io.sockets) ?? 0);
    }
    counters.watch('turns', () => turns.size);
    counters.watch('reads', () => meter.reads);
    if (this.options.transports.includes('polling')) io.engine.use(this.check.middleware);
    const ended = (connection: SocketIOConnection, reason: string): void => entrance.disconnected(connection, reason);
    listenToEngine(io.engine, { fanOut, meter, ended });
    const connectionFor = (socket: Socket) =>
      new SocketIOConnection(socket, fanOut, this.membership, this.queryUse.note);
    listenToSockets(io, { entrance, refusals, fanOut, take: turns.take, connectionFor });
  }

  /** A client for which nothing more may wait: cut off, or left out where the channel or the options say so. */
  private readonly overflow = (conn: EngineSocket, channel: string, isDroppable: boolean): void => {
    const connection = connectionOf(conn);
    if (connection === null || connection.closed) return;
    const declared = connection.subscriptions.get(channel)?.descriptor.slowConsumer;
    const policy = isDroppable ? 'drop' : (declared ?? this.options.slowConsumer);
    if (policy === 'disconnect') this.cutOff(conn, channel);
    else this.overflowed(connection, channel, policy);
  };

  /** A client that does not read would not read a notice either; its backlog is freed at once. */
  private cutOff(conn: EngineSocket, channel: string | null): void {
    const connection = connectionOf(conn);
    if (connection !== null) {
      this.overflowed(connection, channel, 'disconnect');
      this.entrance?.disconnected(connection, 'slow consumer');
    }
    conn.close(true);
  }

  private overflowed(connection: SocketIOConnection, name: string | null, policy: SlowConsumerPolicy): void {
    this.hooks.emit('overflowed', () => ({
      connection: connection.view,
      channel: (name !== null && connection.subscriptions.get(name)?.address) || null,
      policy,
      queuedBytes: this.backlogs.bytesOf(connection.outlet.conn),
    }));
  }
}

function isSocketIOServer(transport: unknown): transport is Server {
  return typeof transport === 'object' && transport !== null && 'of' in transport && 'engine' in transport;
}
