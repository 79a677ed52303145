// What do we listen to on Engine.IO? Every transport from its handshake to its end; the same few functions serve all of them.
import type { IncomingMessage } from 'node:http';
import { Logger } from '@nestjs/common';
import type { Socket as EngineSocket } from 'engine.io';
import type { Server } from 'socket.io';
import type { FanOut } from '../fan-out/fan-out.js';
import { emptyRequest, trimRequest } from '../handshake.js';
import { connectionFault, queryOf } from '../internals.js';
import type { SocketIOConnection } from '../socket-io.connection.js';
import { meteringFault, type PacketMeter } from './packet-meter.js';
import { TransportLink } from './transport-link.js';

export interface EngineParts {
  readonly fanOut: FanOut;
  readonly meter: PacketMeter;
  /** A transport that carried a connection has closed. */
  readonly ended: (connection: SocketIOConnection, reason: string) => void;
}

/** Engine.IO calls listeners with the socket as `this`. */
export function listenToEngine(engine: Server['engine'], { fanOut, meter, ended }: EngineParts): void {
  const isSound = transportInspector();
  const onPacketCreate = function (this: EngineSocket): void {
    const connection = connectionOf(this);
    if (connection !== null) fanOut.settle(connection.outlet);
  };
  const onClose = function (this: EngineSocket, reason: string): void {
    const connection = connectionOf(this);
    if (connection !== null) ended(connection, reason);
  };
  const onUpgrade = function (this: EngineSocket): void {
    if (isSound(this)) fanOut.inspect(this);
  };
  listenToHandshakes(engine, fanOut);
  engine.on('connection', (conn: EngineSocket) => {
    if (!isSound(conn)) return;
    fanOut.inspect(conn);
    trimRequest(conn.request);
    meter.follow(conn);
    conn.on('packetCreate', onPacketCreate);
    conn.on('upgrade', onUpgrade);
    conn.on('close', onClose);
  });
}

/** The connection that a transport carries; null before its CONNECT is admitted. */
export function connectionOf(conn: EngineSocket): SocketIOConnection | null {
  return TransportLink.of(conn)?.connection ?? null;
}

function listenToHandshakes(engine: Server['engine'], fanOut: FanOut): void {
  // The answer to the upgrade and Engine.IO's first packet.
  engine.on('initial_headers', (_headers: unknown, { headers, socket }: IncomingMessage) => {
    if (headers.upgrade !== undefined) fanOut.gatherWrites(socket);
  });
  engine.on('headers', (_headers: unknown, request: IncomingMessage) => {
    if (request.headers.upgrade !== undefined && queryOf(request)?.sid !== undefined) emptyRequest(request);
  });
  // A handshake that fails after all is answered and torn down at once, with whatever still waits.
  engine.on('connection_error', ({ req }: { req: IncomingMessage }) => req.socket.uncork());
}

/** Says whether a transport may stay: one on which nothing can be counted or bounded is closed. */
function transportInspector(): (conn: EngineSocket) => boolean {
  const logger = new Logger('Realtime');
  let isLogged = false;
  return (conn) => {
    const fault = connectionFault(conn) ?? meteringFault(conn.transport);
    if (fault === null) return true;
    if (!isLogged) {
      logger.error(
        `Connections are refused, because their limits would not hold: ${fault}. Check the versions of socket.io, engine.io and ws. This is logged once.`,
      );
    }
    isLogged = true;
    conn.close(true);
    return false;
  };
}
