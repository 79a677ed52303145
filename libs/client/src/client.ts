// How does a client work? One connection, and the subscriptions and watches that share it.
import { FRAMES } from '@nestjs-realtime/contract';
import type { SendOptions } from './channel-handle.js';
import type { Params } from './channel-match.js';
import type { ResolvedOptions } from './client-options.js';
import type { OpenTransport } from './client-transport.js';
import { Connection } from './connection.js';
import type { ConnectionObserver } from './connection-observer.js';
import { faceOf, unplain } from './face.js';
import { Handle } from './handle.js';
import type { RealtimeClient } from './realtime-client.js';
import { noServer } from './realtime-error.js';
import { Subscriptions } from './subscriptions.js';
import { WatchList } from './watch-list.js';
import { wantedChannel, wantedSince } from './wanted-channel.js';

/** What `channel()` and `send()` are without their types. */
interface Untyped {
  channel(channel: unknown, ...rest: readonly unknown[]): Handle;
  send(target: unknown, message: string, payload?: unknown, options?: SendOptions): Promise<unknown>;
}

type UntypedClient = Omit<RealtimeClient, keyof Untyped> & Untyped;

/** @param openTransport undefined where the client knows no server; it then stays as it is. */
export function clientOf(options: ResolvedOptions, openTransport: OpenTransport | undefined): UntypedClient {
  const subscriptions = new Subscriptions(options);
  const watches = new WatchList(options);
  const connection = new Connection(options, observerOf(subscriptions, watches), openTransport!);
  const channel: Untyped['channel'] = (wanted, ...rest) => {
    const since = wantedSince(wanted, rest);
    const { requestTimeout } = options;
    return faceOf(new Handle(wantedChannel(wanted, rest[0] as Params), since, subscriptions, requestTimeout));
  };
  const connect = (): void => {
    if (openTransport || connection.status.state === 'closed') connection.connect();
    else options.logger?.warn('Realtime connection', subscriptions.stopped);
  };
  if (!openTransport) subscriptions.halted(noServer());
  if (options.autoConnect) connect();
  return unplain({
    get status() {
      return connection.status;
    },
    get user() {
      return connection.user;
    },
    get connectionId() {
      return connection.status.state === 'connected' ? connection.status.connectionId : null;
    },
    get callerHeaders() {
      return connection.callerHeaders;
    },
    onStatus: (listener) => connection.onStatus(listener),
    ready: (wait = {}) => connection.opened(wait),
    connect,
    disconnect: () => connection.disconnect(),
    close: () => connection.close(),
    [Symbol.asyncDispose]: () => connection.close(),
    authenticate: (wait = {}) => connection.renewals.authenticate(wait),
    channel,
    watch: (userIds) => watches.watch(userIds),
    send: (target, ...message) => sentOnce(channel, target, message),
  } satisfies UntypedClient);
}

/** Not an async function, so that the promise is that of the handle. */
function sentOnce(
  channel: Untyped['channel'],
  target: unknown,
  message: Parameters<Handle['sendLast']>,
): Promise<unknown> {
  try {
    // A name is no target.
    return channel(typeof target === 'string' ? undefined : target).sendLast(...message);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Watches first: subscriptions call listeners. */
function observerOf(subscriptions: Subscriptions, watches: WatchList): ConnectionObserver {
  return {
    get stopped() {
      return subscriptions.stopped;
    },
    connected: (link) => {
      watches.connected(link);
      subscriptions.connected(link);
    },
    lost: () => {
      watches.lost();
      subscriptions.lost();
    },
    regained: () => {
      watches.regained();
      subscriptions.regained();
    },
    halted: (reason, closed) => subscriptions.halted(reason, closed),
    handlers: { ...subscriptions.handlers, [FRAMES.ONLINE]: (frame) => watches.changed(frame ?? {}) },
  };
}
