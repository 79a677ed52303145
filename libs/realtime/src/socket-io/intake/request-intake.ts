// How do a socket's events reach the entrance? By two functions for all sockets, with as little of Socket.IO's own machinery as it lets go.
import type { Socket } from 'socket.io';
import type { Acknowledge } from '../../connections/realtime-entrance.js';
import type { EventPacket, EventSink } from '../internals.js';
import type { SocketIOConnection } from '../socket-io.connection.js';
import { TransportLink } from './transport-link.js';

/** Takes one event of a client: its name, its arguments, and the way to answer it where the client asked for an answer. */
export type TakeEvent = (
  connection: SocketIOConnection,
  event: string,
  args: readonly unknown[],
  acknowledge: Acknowledge | null,
) => void;

/** Makes the function that listens to one socket after another. */
export function requestIntake(take: TakeEvent): (socket: Socket) => void {
  const onPacket = function (this: Socket, { data, id }: EventPacket): void {
    const connection = TransportLink.of(this.conn)?.connection;
    if (data === undefined || !connection) return;
    const acknowledge = id === null || id === undefined ? null : (reply: unknown) => connection.reply(id, reply);
    take(connection, data[0], data.slice(1), acknowledge);
  };
  const onAny = function (this: Socket, event: string, ...args: unknown[]): void {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as Acknowledge) : null;
    const connection = TransportLink.of(this.conn)?.connection;
    if (connection) take(connection, event, acknowledge === null ? args : args.slice(0, -1), acknowledge);
  };
  return (socket) => {
    const sink = socket as unknown as EventSink;
    if (typeof sink.onevent === 'function') sink.onevent = onPacket;
    else socket.onAny(onAny);
  };
}
