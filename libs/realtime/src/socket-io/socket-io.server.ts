// How do connections, requests and events travel over Socket.IO? The one class that speaks to its server.
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Server, Socket } from 'socket.io';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import { ChannelCensus } from '../connections/channel-census.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { Membership } from '../connections/channel.membership.js';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import type { RealtimeEntrance } from '../connections/realtime-entrance.js';
import { IRealtimeServer, LISTEN_DELAY, type RealtimeStats } from '../connections/realtime.server.js';
import { admitsLoopback } from '../gateway/own-hosts.js';
import { QueryUse } from '../inspection/query.use.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeOptions } from '../realtime.options.js';
import { changedOptions, demandOptions } from './adapter-options.js';
import { FanOut, type Parties } from './fan-out/fan-out.js';
import type { Outlet } from './fan-out/outlet.js';
import { Writer } from './fan-out/writer.js';
import { connectionOf, listenToEngine } from './intake/engine-listeners.js';
import { engineOptions } from './intake/engine.options.js';
import { PacketMeter } from './intake/packet-meter.js';
import { RequestCheck } from './intake/request.check.js';
import { listenToSockets } from './intake/socket-listeners.js';
import { Turns } from './intake/turns.js';
import { HttpRoutes, isHttpServer } from './http-routes.js';
import { connectingSockets, namespaceCount } from './internals.js';
import { OwnAdapter } from './own-adapter.js';
import { showRooms } from './rooms-view.js';
import { SlowConsumers } from './slow-consumers.js';
import { demandSocketIO } from './socket-io-probe.js';
import { SocketIOConnection } from './socket-io.connection.js';

const NOTHING_LISTENS =
  'The application has started, but nothing that serves realtime listens, so no client can connect. Call app.listen(...). If the application listens on HTTP servers of its own, call app.get(IRealtimeServer).attach(httpServer) for each of them.';

const LOOPBACK_PAGES =
  'Pages of this machine may connect, on any port: http://localhost, http://127.0.0.1, http://[::1]. With NODE_ENV=production only origins decides.';

/** The clients of this node, over Socket.IO. */
@Injectable()
export class SocketIORealtimeServer extends IRealtimeServer implements OnApplicationShutdown {
  private mounted: unknown = null;
  private io: Server | null = null;
  private entrance: RealtimeEntrance | null = null;
  private accepting = true;
  private readonly census: ChannelCensus;
  private readonly fanOut: FanOut;
  private readonly slow: SlowConsumers;
  private readonly check: RequestCheck;
  private readonly meter: PacketMeter;
  private readonly adapter = new OwnAdapter();
  private readonly routes: HttpRoutes;
  private waitsForListen: NodeJS.Timeout | null = null;
  private asked: Record<string, unknown> = {};
  private changed: readonly string[] = [];

  constructor(
    private readonly options: RealtimeOptions,
    private readonly counters: RealtimeCounters,
    private readonly refusals: RefusalLog,
    hooks: RealtimeHooks,
    private readonly membership: Membership<Outlet>,
    directory: ConnectionDirectory,
    private readonly queryUse: QueryUse,
  ) {
    super();
    this.census = new ChannelCensus(membership);
    const parties: Parties = {
      get count() {
        return directory.size;
      },
      of: (party) => directory.of(party).map((connection) => (connection as SocketIOConnection).outlet),
    };
    this.slow = new SlowConsumers(options, hooks, (connection) => {
      this.entrance?.disconnected(connection, 'slow consumer');
      this.meter.close(connection.outlet.conn);
    });
    const { backlogs, clients, overflow } = this.slow;
    this.fanOut = new FanOut(membership, parties, options.fanOut, new Writer(backlogs, clients, overflow));
    this.meter = new PacketMeter(options.limits, clients, refusals, (conn) => this.slow.cutOff(conn, null));
    this.check = new RequestCheck(options, refusals, () => this.accepting);
    this.routes = new HttpRoutes(options.path, options.transports.includes('websocket'));
  }

  override gatewayOptions(): Record<string, unknown> {
    this.asked = { ...engineOptions(this.options, this.check.allows, this.meter), adapter: this.adapter.option };
    return this.asked;
  }

  override mount(transport: unknown): void {
    this.mounted = transport;
    if (!isSocketIOServer(transport)) return;
    this.adapter.hold(transport);
    this.routes.open(transport);
  }

  override attach(httpServer: object): void {
    if (!isHttpServer(httpServer)) {
      throw new RealtimeFault(
        'attach() takes an HTTP or HTTPS server of Node, such as http.createServer(...) makes it.',
      );
    }
    this.routes.add(httpServer);
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
    showRooms(this.io.sockets, this.membership, ({ conn }) => connectionOf(conn));
    this.listen(this.io, entrance);
    if (this.options.mode !== 'server') return;
    if (admitsLoopback(this.options, process.env.NODE_ENV)) new Logger('Realtime').log(LOOPBACK_PAGES);
    this.waitsForListen = setTimeout(this.warnUnlessListening, LISTEN_DELAY).unref();
  }

  override stopAccepting(): void {
    this.accepting = false;
    if (this.waitsForListen !== null) clearTimeout(this.waitsForListen);
  }

  onApplicationShutdown(): void {
    this.routes.close();
  }

  override deliver(event: EncodedEvent): number {
    this.slow.pressure.add(event.json?.length ?? 0);
    const reached = this.fanOut.broadcast(event);
    this.counters.deliveries += reached;
    return reached;
  }

  override connectionsIn(channel: string): readonly SocketIOConnection[] {
    const members = this.membership.get(channel)?.values() ?? [];
    return Array.from(members, ({ connection }) => connection as SocketIOConnection);
  }

  override pressure(): Promise<void> | null {
    return this.slow.pressure.get();
  }

  override stats(): RealtimeStats {
    const sockets = this.io ? [...this.io.sockets.sockets.values()] : [];
    const channels = this.census.subscriptions();
    return {
      state: this.state(),
      // One that was cut off has ended, though what waits for it may still be written.
      connections: sockets.filter(({ conn }) => connectionOf(conn)?.closed !== true).length,
      subscriptions: [...channels.values()].reduce((sum, count) => sum + count, 0),
      channels: Object.fromEntries(channels),
      fanOut: this.fanOut.mode,
      rooms: this.census.channels,
      pendingAuthentications: this.counters.pendingAuthentications,
      inFlight: this.counters.inFlight,
      deliveries: this.counters.deliveries,
      queuedBytes: sockets.reduce((sum, { conn }) => sum + this.slow.backlogs.bytesOf(conn), 0),
      holdings: this.counters.holdings(),
      refusals: { ...this.counters.refusals },
    };
  }

  override pingInterval(): number | null {
    return isSocketIOServer(this.mounted) ? (this.mounted.engine?.opts.pingInterval ?? null) : null;
  }

  override changedOptions(): readonly string[] {
    return this.adapter.isReplaced ? ['adapter', ...this.changed] : this.changed;
  }

  private state(): RealtimeStats['state'] {
    if (this.io === null || this.options.mode === 'in-memory' || !this.routes.isListening) return 'closed';
    return this.accepting ? 'accepting' : 'draining';
  }

  private readonly warnUnlessListening = (): void => {
    if (!this.routes.isListening) new Logger('Realtime').warn(NOTHING_LISTENS);
  };

  /** Nest's own pipe per connection and event is not used: every request goes through the entrance (docs/hardening.md#1). */
  private takeOver(io: Server): void {
    if (namespaceCount(io) > 1) {
      throw new RealtimeFault(
        `The application's WebSocket adapter opens a namespace on the path "${this.options.path}" of nestjs-realtime, where no gate would check its clients. Leave servers with this options.path as they are in createIOServer().`,
      );
    }
    demandOptions(io, this.asked);
    this.changed = changedOptions(io, this.asked);
    // One is Nest's own.
    if (io.sockets.listenerCount('connection') > 1) this.changed = [...this.changed, "on('connection')"];
    io.sockets.removeAllListeners('connection');
    // Clients that connected before the gates existed were never checked: they have to connect again.
    io.disconnectSockets(true);
  }

  private listen(io: Server, entrance: RealtimeEntrance): void {
    const { fanOut, meter, refusals, counters } = this;
    const { messagesPerSecond, messageBurst, payloadBytes, subscriptionsPerConnection } = this.options.limits;
    const turns = new Turns((connection, event, args, acknowledge) => {
      entrance.dispatch(connection, event, args, acknowledge);
    });
    counters.watch('transports', () => io.engine.clientsCount);
    if (connectingSockets(io.sockets) !== null) {
      counters.watch('connecting', () => connectingSockets(io.sockets) ?? 0);
    }
    counters.watch('turns', () => turns.size);
    counters.watch('slow', () => this.slow.clients.size);
    counters.watch('reads', () => meter.reads);
    if (this.options.transports.includes('polling')) io.engine.use(this.check.middleware);
    const ended = (connection: SocketIOConnection, reason: string): void => entrance.disconnected(connection, reason);
    listenToEngine(io.engine, { fanOut, meter, ended });
    const links = {
      fanOut,
      membership: this.membership,
      readsQuery: this.queryUse.note,
      limits: { messagesPerSecond, messageBurst, payloadBytes, subscriptionsPerConnection },
      tooSlow: ({ outlet }: SocketIOConnection, channel: string) => this.slow.cutOff(outlet.conn, channel),
    };
    const connectionFor = (socket: Socket) => new SocketIOConnection(socket, links);
    listenToSockets(io, { entrance, refusals, fanOut, take: turns.take, connectionFor });
  }
}

function isSocketIOServer(transport: unknown): transport is Server {
  return typeof transport === 'object' && transport !== null && 'of' in transport && 'engine' in transport;
}
