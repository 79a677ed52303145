// How does a Socket.IO client become a connection? Its CONNECT passes gate 1; from then on its events and its end are handed to the entrance.
import type { Server, Socket } from 'socket.io';
import type { RealtimeEntrance } from '../../connections/realtime-entrance.js';
import type { RefusalLog } from '../../guards/refusal.log.js';
import { authRefusal } from '../../payloads/auth-shape.js';
import { RealtimeException } from '../../realtime.exception.js';
import type { FanOut } from '../fan-out/fan-out.js';
import type { SocketIOConnection } from '../socket-io.connection.js';
import { requestIntake, type TakeEvent } from './request-intake.js';
import { TransportLink } from './transport-link.js';

export interface SocketParts {
  readonly entrance: RealtimeEntrance;
  readonly refusals: RefusalLog;
  readonly fanOut: FanOut;
  readonly take: TakeEvent;
  /** Makes the connection that gate 1 is asked about. */
  readonly connectionFor: (socket: Socket) => SocketIOConnection;
}

/** Socket.IO calls listeners with the socket as `this`. */
export function listenToSockets(io: Server, parts: SocketParts): void {
  const { entrance } = parts;
  const takeRequests = requestIntake(parts.take);
  const onDisconnect = function (this: Socket, reason: string): void {
    const connection = TransportLink.of(this.conn)?.connection;
    if (connection) entrance.disconnected(connection, reason);
    this.conn.close();
  };
  io.use((socket, next) => {
    admit(socket, parts).then(() => next(), next);
  });
  io.on('connection', (socket: Socket) => {
    takeRequests(socket);
    socket.on('disconnect', onDisconnect);
    const connection = TransportLink.of(socket.conn)?.connection;
    if (!connection) return;
    connection.welcome();
    entrance.connected(connection);
  });
}

/** Gate 1. Rejects with the error that Socket.IO turns into `connect_error`. */
async function admit(socket: Socket, parts: SocketParts): Promise<void> {
  try {
    const link = firstConnect(socket);
    const malformed = authRefusal(socket.handshake.auth);
    if (malformed !== null) {
      parts.refusals.record(malformed, { gate: 'connect', connection: null });
      throw malformed;
    }
    const connection = parts.connectionFor(socket);
    link.connection = connection;
    await parts.entrance.connect(connection, connection.handshake);
    connection.showUser();
    // The transport may have closed while gate 1 was at work; nothing else would report that end.
    if (socket.conn.readyState !== 'open') parts.entrance.disconnected(connection, 'closed during authentication');
    // Socket.IO's CONNECT and our welcome.
    parts.fanOut.gatherWrites(connection.outlet.network);
  } catch (error) {
    const refusal = error instanceof RealtimeException ? error : new RealtimeException('INTERNAL', { cause: error });
    throw Object.assign(new Error(refusal.message), { data: refusal.toError() });
  }
}

/** The link of a transport that has sent no CONNECT before. @throws RealtimeException, once it has closed the transport. */
function firstConnect({ conn }: Socket): TransportLink {
  const link = TransportLink.of(conn);
  if (link === undefined || link.asked) {
    conn.close(true);
    throw link === undefined
      ? new RealtimeException('UNAVAILABLE', { reason: 'connected before the application was ready' })
      : new RealtimeException('BAD_REQUEST', { reason: 'a second CONNECT on one transport connection' });
  }
  link.asked = true;
  return link;
}
