// How do frames travel? Over Socket.IO, which only this file uses. One transport is one attempt to connect and is never reopened.
import {
  type ByeFrame,
  type Credentials,
  type EventArguments,
  type EvictedFrame,
  type ExpiringFrame,
  FRAMES,
  type OnlineFrame,
  type PresenceFrame,
  type SkipArguments,
  type SubscribedFrame,
  type WelcomeFrame,
} from '@nestjs-realtime/contract';
import { Manager, type Socket } from 'socket.io-client';
import type { ResolvedOptions } from './client-options.js';
import { connectFailure } from './connect-failure.js';
import { factsOf, type NodeWebSocket, probe, showAnswers, watchPolicy } from './failure-facts.js';
import { demandFrames } from './frame-demands.js';
import { type Liveness, livenessOf } from './liveness.js';
import { readError, RealtimeError, timedOut } from './realtime-error.js';
import { endpoint, sentHeaders } from './server-address.js';

/** What a connection does with each frame that is not a reply. */
export interface FrameHandlers {
  [FRAMES.WELCOME](frame: WelcomeFrame): void;
  [FRAMES.EVENT](...event: EventArguments): void;
  [FRAMES.SKIP](...skip: SkipArguments): void;
  [FRAMES.PRESENCE](frame: PresenceFrame): void;
  [FRAMES.ONLINE](frame: OnlineFrame): void;
  [FRAMES.SUBSCRIBED](frame: SubscribedFrame): void;
  [FRAMES.EVICTED](frame: EvictedFrame): void;
  [FRAMES.EXPIRING](frame: ExpiringFrame | undefined): void;
  [FRAMES.BYE](frame: ByeFrame): void;
}

/** One attempt to connect, and the connection that results from it. */
export interface Transport {
  /** The largest payload of a message that the server takes, as it counts; undefined: any. */
  payloadBytes?: number | undefined;
  /**
   * Sends a request; `reply` runs before the next frame is handled.
   * @throws RealtimeError `PAYLOAD_TOO_LARGE` where the server would not take it; nothing is sent then.
   */
  request(frame: string, body: unknown, reply: (reply: unknown) => void): void;
  /** Closes without calling any handler. */
  close(): void;
  /** Asks the server for a sign of life now; without one in time, the transport closes. */
  look(): void;
  /** What to say where the attempt takes too long. */
  overdue(): RealtimeError;
  /** Resolves once it is closed, and what was sent has left. */
  readonly closed: Promise<void>;
}

/** Starts connecting. `closed` is called at most once, with the reason. */
export type OpenTransport = (
  options: ResolvedOptions,
  auth: Credentials,
  handlers: FrameHandlers,
  closed: (reason: RealtimeError) => void,
) => Transport;

/** Clients that were connected once: where they connect to is right, so there is nothing to find out. */
const proven = new WeakSet<ResolvedOptions>();

export const openTransport: OpenTransport = (options, auth, handlers, closed) => {
  const socket = managerOf(options).socket('/', { auth });
  const isBlocked = watchPolicy(options);
  let liveness: Liveness | undefined;
  let isOver = false;

  const close = (): void => {
    isOver = true;
    liveness?.stop();
    isBlocked();
    socket.off().disconnect();
  };
  const lost = (reason: RealtimeError): void => {
    if (isOver) return;
    close();
    closed(reason);
  };
  const silenced = (how: string): void => {
    const message = `The connection to ${endpoint(options)} was lost: ${how}.`;
    lost(new RealtimeError('DISCONNECTED', message, { retryable: true }));
  };

  for (const [frame, handle] of Object.entries(handlers)) socket.on(frame, handle as (...args: unknown[]) => void);
  socket.on('connect', () => proven.add(options));
  socket.on('connect_error', (error) => void failureOf(error, options, isBlocked).then(lost));
  socket.on('disconnect', silenced);
  socket.connect();
  const { engine } = socket.io;
  guardTransports(engine, options);
  engine.once('handshake', ({ pingInterval, pingTimeout }) => {
    liveness = listenTo(socket, Math.min(options.silenceTimeout, pingInterval + pingTimeout), silenced);
  });
  const transport: Transport = {
    close,
    look: () => liveness?.look(),
    overdue: () => overdue(socket, options),
    closed: new Promise((resolve) => void engine.once('close', () => resolve())),
    request: (frame, body, reply) => void socket.emit(frame, body, reply),
  };
  demandFrames(engine, transport);
  return transport;
};

/** Any packet is a sign of life. An empty list of channels is a request that every server answers. */
function listenTo(socket: Socket, silence: number, lost: (how: string) => void): Liveness {
  const ask = (answered: () => void): void => void socket.emit(FRAMES.SUBSCRIBE, [], answered);
  const liveness = livenessOf(ask, () => lost('silence'), silence);
  socket.io.engine.on('packet', liveness.heard);
  return liveness;
}

async function failureOf(error: Error, options: ResolvedOptions, isBlocked: () => boolean): Promise<RealtimeError> {
  const { data } = error as { data?: unknown };
  if (data) return readError(data);
  const seen = factsOf(error);
  const isHidden = globalThis.location && !seen.status && !seen.isForeign && !proven.has(options);
  const more = isHidden && (await probe(options));
  const { status, body, code, isForeign } = seen;
  return connectFailure(options, { status, body, code, isForeign, ...more, isBlocked: isBlocked() }, error);
}

/** What does not come in time. */
function overdue({ connected, io }: Socket, options: ResolvedOptions): RealtimeError {
  const isForeign = connected || (io.engine.readyState === 'opening' && webSocketOf(io.engine)?.readyState === 1);
  return isForeign ? connectFailure(options, { isForeign }) : timedOut(` from ${endpoint(options)}`);
}

function managerOf(options: ResolvedOptions): Manager {
  const { url, path, transports, agent = false } = options;
  const manager = new Manager(url, {
    path,
    transports: [...transports],
    tryAllTransports: true,
    // Cookies of the server go along with polling from pages of other origins, too.
    withCredentials: true,
    extraHeaders: sentHeaders(options),
    // Declared for browsers, which have none.
    agent: agent as false,
    // The client reconnects by itself: Socket.IO's own reconnection ignores refusals, goodbyes and `retryAfterMs`.
    reconnection: false,
    autoConnect: false,
  });
  manager.timeout(false);
  return manager;
}

type Engine = Manager['engine'];

function webSocketOf({ transport }: Engine): (NodeWebSocket & WebSocket) | undefined {
  return (transport as { ws?: NodeWebSocket & WebSocket }).ws;
}

/**
 * What Engine.IO does not notice: a WebSocket that could not be made, one that a proxy swallows although there are other transports, and a
 * handshake that is none, which would throw where nothing catches it.
 */
function guardTransports(engine: Engine, { transports, connectTimeout }: ResolvedOptions): void {
  const { transport } = engine;
  engine.on('packet', (packet) => {
    if (packet.type === 'open' && !isHandshake(packet.data)) packet.type = 'error';
  });
  const webSocket = webSocketOf(engine);
  if (webSocket) showAnswers(webSocket);
  const isMissing = transport.name === 'websocket' && !webSocket;
  if (!isMissing && !transports[1]) return;
  const giveUp = (): void => {
    if (engine.readyState !== 'opening' || engine.transport !== transport) return;
    const error = Object.assign(new Error('No answer.'), { description: {} });
    (transport as unknown as { emit(event: string, error: Error): void }).emit('error', error);
    transport.close();
  };
  const timer = setTimeout(giveUp, isMissing ? 0 : connectTimeout / 2);
  engine.once('close', () => clearTimeout(timer));
}

function isHandshake(text: unknown): boolean {
  try {
    return typeof (JSON.parse(text as string) as { sid?: unknown }).sid === 'string';
  } catch {
    return false;
  }
}
