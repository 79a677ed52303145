// How do connections, requests and events travel over Socket.IO? The one class that speaks to its server.
import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Socket as EngineSocket } from 'engine.io';
import type { Server, Socket } from 'socket.io';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import type { RealtimeEntrance } from '../connections/realtime-entrance.js';
import { IRealtimeServer, type RealtimeStats } from '../connections/realtime.server.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { authRefusal } from '../payloads/auth-shape.js';
import { RealtimeException, RealtimeFault } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeOptions } from '../realtime.options.js';
import { Backlogs } from './backlogs.js';
import { engineOptions } from './engine.options.js';
import { FanOut } from './fan-out/fan-out.js';
import { emptyRequest, trimRequest } from './handshake.js';
import { PacketMeter } from './packet-meter.js';
import { RequestCheck } from './request.check.js';
import { requestIntake } from './request-intake.js';
import { Rooms } from './rooms.js';
import { showRooms } from './rooms-view.js';
import { SocketIOConnection, type SocketData } from './socket-io.connection.js';
import { subscriptionsByTemplate } from './subscriptions-by-template.js';
import { TransportLink } from './transport-link.js';
import { Turns } from './turns.js';

/** The clients of this node, over Socket.IO. */
@Injectable()
export class SocketIORealtimeServer extends IRealtimeServer {
  private mounted: unknown = null;
  private io: Server | null = null;
  private entrance: RealtimeEntrance | null = null;
  private accepting = true;
  private fanOut: FanOut | null = null;
  private readonly rooms = new Rooms();
  private readonly backlogs: Backlogs;
  private readonly check: RequestCheck;
  private readonly meter: PacketMeter;

  constructor(
    private readonly options: RealtimeOptions,
    private readonly counters: RealtimeCounters,
    private readonly refusals: RefusalLog,
    private readonly hooks: RealtimeHooks,
  ) {
    super();
    this.backlogs = new Backlogs(options.limits.queuedBytes);
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
    this.io = this.mounted;
    this.entrance = entrance;
    this.takeOver(this.io);
    const { fanOut, limits } = this.options;
    this.fanOut = new FanOut(this.rooms, fanOut, limits.queuedBytes, this.overflow);
    showRooms(this.io.sockets, this.rooms);
    this.listen(this.io, entrance);
  }

  override stopAccepting(): void {
    this.accepting = false;
  }

  override deliver(event: EncodedEvent): number {
    return this.fanOut?.broadcast(event) ?? 0;
  }

  override stats(): RealtimeStats {
    const sockets = this.io ? [...this.io.sockets.sockets.values()] : [];
    const channels = subscriptionsByTemplate(sockets);
    return {
      state: this.state(),
      connections: sockets.length,
      subscriptions: [...channels.values()].reduce((sum, count) => sum + count, 0),
      channels: Object.fromEntries(channels),
      fanOut: this.fanOut?.mode ?? this.options.fanOut,
      rooms: this.rooms.size,
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
    return this.io === null || this.options.transport === 'in-memory' ? 'closed' : 'accepting';
  }

  /** Nest's own pipe per connection and event is not used: every request goes through the entrance (hardening 1). */
  private takeOver(io: Server): void {
    // A gateway in a namespace shares the engine too, and the check of origins with it where it was bound first.
    if (io.sockets.listeners('connection').length > 1 || io._nsps.size > 1) {
      throw new RealtimeFault(
        `Another gateway uses the path "${this.options.path}" of nestjs-realtime; give it a path of its own, or set RealtimeModule.forRoot({ path }).`,
      );
    }
    io.sockets.removeAllListeners('connection');
    // Whoever came before the gates stood has passed none of them, and has to come again.
    io.disconnectSockets(true);
  }

  /** The same few functions serve all connections: Socket.IO and Engine.IO call them with the socket as `this`. */
  private listen(io: Server, entrance: RealtimeEntrance): void {
    const turns = new Turns((connection, event, args, acknowledge) => {
      entrance.dispatch(connection, event, args, acknowledge);
    });
    const takeRequests = requestIntake(turns.take);
    const onDisconnect = function (this: Socket, reason: string): void {
      entrance.disconnected((this.data as SocketData).connection, reason);
      this.conn.close();
    };
    const onTransportClose = function (this: EngineSocket, reason: string): void {
      const connection = connectionOf(this);
      if (connection) entrance.disconnected(connection, reason);
    };
    const { fanOut, meter } = this;
    this.counters.watch('transports', () => io.engine.clientsCount);
    this.counters.watch('connecting', () => connecting(io));
    this.counters.watch('turns', () => turns.size);
    this.counters.watch('reads', () => meter.reads);
    const onPacketCreate = function (this: EngineSocket): void {
      const connection = connectionOf(this);
      if (connection) fanOut?.settle(connection.outlet);
    };
    if (this.options.transports.includes('polling')) io.engine.use(this.check.middleware);
    // The answer to the upgrade and Engine.IO's first packet.
    io.engine.on('initial_headers', (_headers: unknown, { headers, socket }: IncomingMessage) => {
      if (headers.upgrade !== undefined) fanOut?.gatherWrites(socket);
    });
    io.engine.on('headers', (_headers: unknown, request: IncomingMessage) => {
      if (request.headers.upgrade !== undefined && queryOf(request).sid !== undefined) emptyRequest(request);
    });
    // A handshake that fails after all is answered and torn down at once, with whatever still waits.
    io.engine.on('connection_error', ({ req }: { req: IncomingMessage }) => req.socket.uncork());
    io.engine.on('connection', (conn: EngineSocket) => {
      fanOut?.inspect(conn);
      trimRequest(conn.request);
      meter.follow(conn);
      conn.on('packetCreate', onPacketCreate);
      conn.on('close', onTransportClose);
    });
    io.use((socket, next) => {
      this.admit(entrance, socket).then(() => next(), next);
    });
    io.on('connection', (socket: Socket) => {
      takeRequests(socket);
      socket.on('disconnect', onDisconnect);
      const { connection } = socket.data as SocketData;
      connection.welcome();
      entrance.connected(connection);
    });
  }

  /** Members for whom nothing more may wait: cut off, or left out where the channel or the options say so. */
  private readonly overflow = (socket: Socket, channel: string): void => {
    const { connection } = socket.data as SocketData;
    if (connection.closed) return;
    const policy = connection.subscriptions.get(channel)?.descriptor.slowConsumer ?? this.options.slowConsumer;
    if (policy === 'disconnect') this.cutOff(socket.conn, channel);
    else this.hooks.emit('overflowed', () => ({ connection, channel, policy }));
  };

  /** A client who does not read would not read a notice either; his backlog is freed at once. */
  private cutOff(conn: EngineSocket, channel: string | null): void {
    const connection = connectionOf(conn);
    if (connection !== null) {
      this.hooks.emit('overflowed', () => ({ connection, channel, policy: 'disconnect' }));
      this.entrance?.disconnected(connection, 'slow consumer');
    }
    conn.close(true);
  }

  /** Gate 1. Rejects with the error that Socket.IO turns into `connect_error`. */
  private async admit(entrance: RealtimeEntrance, socket: Socket): Promise<void> {
    try {
      const link = TransportLink.of(socket.conn);
      if (link === undefined || link.asked) {
        socket.conn.close(true);
        throw link === undefined
          ? new RealtimeException('UNAVAILABLE', { reason: 'connected before the application was ready' })
          : new RealtimeException('BAD_REQUEST', { reason: 'a second CONNECT on one transport connection' });
      }
      link.asked = true;
      const malformed = authRefusal(socket.handshake.auth);
      if (malformed !== null) {
        this.refusals.record(malformed, { gate: 'connect', connection: null });
        throw malformed;
      }
      const connection = new SocketIOConnection(socket, this.fanOut!, this.rooms);
      const data = socket.data as SocketData;
      data.connection = connection;
      link.connection = connection;
      await entrance.connect(connection, connection.handshake);
      data.user = connection.user;
      // The transport may have closed while gate 1 was at work; nobody else would report that end.
      if (socket.conn.readyState !== 'open') entrance.disconnected(connection, 'closed during authentication');
      // Socket.IO's CONNECT and our welcome.
      this.fanOut!.gatherWrites(connection.outlet.network);
    } catch (error) {
      const refusal = error instanceof RealtimeException ? error : new RealtimeException('INTERNAL', { cause: error });
      throw Object.assign(new Error(refusal.message), { data: refusal.toError() });
    }
  }
}

function isSocketIOServer(transport: unknown): transport is Server {
  return typeof transport === 'object' && transport !== null && 'of' in transport && 'engine' in transport;
}

/** Socket.IO's sockets that gate 1 has not let in yet; it keeps them apart from the others. */
function connecting(io: Server): number {
  return (io.sockets as unknown as { _preConnectSockets?: ReadonlyMap<string, Socket> })._preConnectSockets?.size ?? 0;
}

/** Engine.IO's parsed query. */
function queryOf(request: IncomingMessage): { readonly sid?: string } {
  return (request as IncomingMessage & { _query?: { sid?: string } })._query ?? {};
}

function connectionOf(conn: EngineSocket): SocketIOConnection | null {
  return TransportLink.of(conn)?.connection ?? null;
}
