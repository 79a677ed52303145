// Are Socket.IO, Engine.IO and ws as we expect? Checked at boot, because a limit that reads the wrong field limits nothing.
import type { IncomingMessage } from 'node:http';
import type { Server } from 'socket.io';
import { RealtimeFault } from '../realtime.exception.js';
import { frameFaults } from './intake/frame-probe.js';
import { type AdapterInternals, adapterOf, type EngineServerInternals, queryOf } from './internals.js';

/** @throws RealtimeFault that names everything that is not where we look for it. */
export function demandSocketIO(io: Server, polling: boolean): void {
  const faults = [...serverFaults(io, polling), ...frameFaults()];
  if (faults.length === 0) return;
  throw RealtimeFault.of(
    'The installed socket.io, engine.io or ws is not built as nestjs-realtime takes it to be. Checks and limits would not hold, so the application does not start. ' +
      'Install a version of nestjs-realtime that names these versions among its peers, or go back to the versions that ran before:',
    faults,
  );
}

/** What of the servers is not as we expect. */
export function serverFaults(io: Server, polling: boolean): string[] {
  const engine = io.engine as unknown as Partial<EngineServerInternals>;
  const faults: string[] = [];
  const check = (holds: boolean, fault: string): void => void (holds || faults.push(fault));
  check(isMap((io as unknown as { _nsps?: unknown })._nsps), 'socket.io: the server has no map _nsps');
  check(isMap((io as unknown as { parentNsps?: unknown }).parentNsps), 'socket.io: the server has no map parentNsps');
  const adapter = adapterOf(io.sockets) as Partial<AdapterInternals>;
  check(isMap(adapter.rooms), 'socket.io-adapter: the adapter has no map rooms');
  check(typeof adapter.socketRooms === 'function', 'socket.io-adapter: the adapter has no socketRooms()');
  check(preparesQuery(engine), 'engine.io: prepare() leaves no _query with the sid of a request');
  if (polling) check(takesPolls(engine), 'engine.io: the polling transport has no onData() and onPacket()');
  return faults;
}

function isMap(value: unknown): boolean {
  return value instanceof Map;
}

function preparesQuery(engine: Partial<EngineServerInternals>): boolean {
  const request = { url: '/?sid=first&sid=last', headers: {} } as IncomingMessage;
  engine.prepare?.(request);
  return queryOf(request)?.sid === 'last';
}

function takesPolls(engine: Partial<EngineServerInternals>): boolean {
  const transport = engine.createTransport?.('polling', { url: '/', headers: {}, _query: { EIO: '4' } });
  return typeof transport?.onData === 'function' && typeof transport.onPacket === 'function';
}
