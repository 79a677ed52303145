// How do connections, requests and events travel over Socket.IO? The one class that speaks to its server.
import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { FRAMES, PROTOCOL_VERSION, type WelcomeFrame } from '@nestjs-realtime/contract';
import type { Server, Socket } from 'socket.io';
import { publicUser } from '../authorization/realtime-user.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { RealtimeCounters } from '../connections/realtime-counters.js';
import type { RealtimeEntrance } from '../connections/realtime-entrance.js';
import { IRealtimeServer, type RealtimeStats } from '../connections/realtime.server.js';
import { RefusalLog } from '../guards/refusals.js';
import { RealtimeException, RealtimeFault } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { engineOptions } from './engine.options.js';
import { originFault } from './origin.js';
import { prepareEvent } from './prepared-packet.js';
import { ROOM_PREFIX, SocketIOConnection, type SocketData } from './socket-io.connection.js';

/** The clients of this node, over Socket.IO. */
@Injectable()
export class SocketIORealtimeServer extends IRealtimeServer {
  private mounted: unknown = null;
  private io: Server | null = null;
  /** Transport connections that have sent a CONNECT; a second one buys no second authentication (hardening 5). */
  private readonly introduced = new WeakSet<object>();

  constructor(
    private readonly options: RealtimeOptions,
    private readonly counters: RealtimeCounters,
    private readonly refusals: RefusalLog,
  ) {
    super();
  }

  override gatewayOptions(): Record<string, unknown> {
    return engineOptions(this.options, (request) => this.allows(request));
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
    this.takeOver(this.io);
    this.io.use((socket, next) => {
      this.admit(entrance, socket).then(() => next(), next);
    });
    // Two functions for all connections: Socket.IO calls them with the socket as `this`.
    const onRequest = function (this: Socket, event: string, ...args: unknown[]): void {
      entrance.dispatch((this.data as SocketData).connection, event, args);
    };
    const onDisconnect = function (this: Socket, reason: string): void {
      entrance.disconnected((this.data as SocketData).connection, reason);
    };
    this.io.on('connection', (socket) => {
      socket.onAny(onRequest);
      socket.on('disconnect', onDisconnect);
      const { connection } = socket.data as SocketData;
      socket.emit(FRAMES.WELCOME, welcome(connection));
      entrance.connected(connection);
    });
  }

  override deliver(event: EncodedEvent): void {
    const adapter = this.io?.sockets.adapter;
    const room = ROOM_PREFIX + event.channel;
    if (!adapter?.rooms.has(room)) return;
    adapter.broadcast(prepareEvent(event), { rooms: new Set([room]), except: NOBODY, flags: {} });
  }

  override stats(): RealtimeStats {
    const sockets = this.io ? [...this.io.sockets.sockets.values()] : [];
    const rooms = this.io ? [...this.io.sockets.adapter.rooms.keys()] : [];
    return {
      connections: sockets.length,
      subscriptions: sockets.reduce(
        (sum, socket) => sum + (socket.data as SocketData).connection.subscriptions.size,
        0,
      ),
      rooms: rooms.filter((room) => room.startsWith(ROOM_PREFIX)).length,
      pendingAuthentications: this.counters.pendingAuthentications,
      inFlight: this.counters.inFlight,
      refusals: { ...this.counters.refusals },
    };
  }

  /** Nest's own pipe per connection and event is not used: every request goes through the entrance (hardening 1). */
  private takeOver(io: Server): void {
    if (io.sockets.listeners('connection').length > 1) {
      throw new RealtimeFault(
        `Another gateway uses the path "${this.options.path}" of nestjs-realtime; give it a path of its own, or set RealtimeModule.forRoot({ path }).`,
      );
    }
    io.sockets.removeAllListeners('connection');
  }

  private allows(request: IncomingMessage): boolean {
    const reason =
      this.options.transport === 'in-memory'
        ? "transport: 'in-memory' accepts no connection"
        : originFault(request.headers, this.options);
    if (reason !== null)
      this.refusals.record(new RealtimeException('FORBIDDEN', { reason }), { gate: 'connect', connection: null });
    return reason === null;
  }

  /** Gate 1. Rejects with the error that Socket.IO turns into `connect_error`. */
  private async admit(entrance: RealtimeEntrance, socket: Socket): Promise<void> {
    const connection = new SocketIOConnection(socket);
    const data = socket.data as SocketData;
    data.connection = connection;
    try {
      if (this.introduced.has(socket.client)) {
        socket.conn.close(true);
        throw new RealtimeException('BAD_REQUEST', { reason: 'a second CONNECT on one transport connection' });
      }
      this.introduced.add(socket.client);
      await entrance.connect(connection, connection.handshake);
      data.user = connection.user;
    } catch (error) {
      const refusal = error instanceof RealtimeException ? error : new RealtimeException('INTERNAL', { cause: error });
      throw Object.assign(new Error(refusal.message), { data: refusal.toError() });
    }
  }
}

const NOBODY: Set<string> = new Set();

function isSocketIOServer(transport: unknown): transport is Server {
  return typeof transport === 'object' && transport !== null && 'of' in transport && 'engine' in transport;
}

function welcome({ id, user }: SocketIOConnection): WelcomeFrame {
  return {
    protocol: PROTOCOL_VERSION,
    connectionId: id,
    user: user && publicUser(user),
    ...(user?.expiresAt && { expiresAt: user.expiresAt.toISOString() }),
  };
}
