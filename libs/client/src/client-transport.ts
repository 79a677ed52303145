// How do frames travel? Over Socket.IO, which only this file uses. One transport is one attempt to connect and is never reopened.
import {
  type ByeFrame,
  type Credentials,
  type EvictedFrame,
  FRAMES,
  type SubscribedFrame,
  type WelcomeFrame,
} from '@nestjs-realtime/contract';
import { Manager } from 'socket.io-client';
import type { ResolvedOptions } from './client-options.js';
import { readError, RealtimeError } from './realtime-error.js';

/** What a connection does with each frame that is not a reply. */
export interface FrameHandlers {
  [FRAMES.WELCOME](frame: WelcomeFrame): void;
  [FRAMES.EVENT](channel: string, event: string, payload: unknown): void;
  [FRAMES.SUBSCRIBED](frame: SubscribedFrame): void;
  [FRAMES.EVICTED](frame: EvictedFrame): void;
  [FRAMES.EXPIRING](): void;
  [FRAMES.BYE](frame: ByeFrame): void;
}

/** One attempt to connect, and the connection that results from it. */
export interface Transport {
  /** Sends a request; `reply` runs before the next frame is handled. */
  request(frame: string, body: unknown, reply: (reply: unknown) => void): void;
  /** Closes without calling any handler. */
  close(): void;
  /** Resolves once it is closed, and what was sent has left. */
  readonly closed: Promise<void>;
}

/** Starts connecting. `closed` is called at most once, with the reason. */
export function openTransport(
  options: ResolvedOptions,
  auth: Credentials,
  handlers: FrameHandlers,
  closed: (reason: RealtimeError) => void,
): Transport {
  const { url, path, transports, headers } = options;
  const settings = {
    path,
    transports: transports as ('websocket' | 'polling')[],
    extraHeaders: headers,
    // The client reconnects by itself: Socket.IO's own reconnection ignores refusals, goodbyes and `retryAfterMs`.
    reconnection: false,
    autoConnect: false,
  };
  const manager = new Manager(url, settings);
  manager.timeout(false);
  const socket = manager.socket('/', { auth });

  function close(): void {
    socket.off();
    socket.disconnect();
  }
  function lost(reason: RealtimeError): void {
    close();
    closed(reason);
  }

  for (const [frame, handle] of Object.entries(handlers)) socket.on(frame, handle as (...args: unknown[]) => void);
  socket.on('connect_error', (error) => {
    const { data } = error as { data?: unknown };
    lost(data ? readError(data) : noConnection(error.message, error));
  });
  socket.on('disconnect', (reason) => lost(noConnection(reason)));
  socket.connect();

  return {
    close,
    closed: new Promise((resolve) => void manager.engine.once('close', () => resolve())),
    request: (frame, body, reply) => {
      socket.emit(frame, body, reply);
    },
  };
}

function noConnection(message: string, cause?: unknown): RealtimeError {
  return new RealtimeError('DISCONNECTED', message, { retryable: true, cause });
}
