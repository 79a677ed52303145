// How does a client work? One connection, and the subscriptions that share it.
import type { SendOptions } from './channel-handle.js';
import type { Params } from './channel-match.js';
import type { ResolvedOptions } from './client-options.js';
import { Connection } from './connection.js';
import { Handle } from './handle.js';
import type { RealtimeClient } from './realtime-client.js';
import { Subscriptions } from './subscriptions.js';
import { wantedChannel } from './wanted-channel.js';

/** What `channel()` and `send()` are without their types. */
interface Untyped {
  channel(channel: unknown, params?: Params): Handle;
  send(target: unknown, message: string, payload?: unknown, options?: SendOptions): Promise<unknown>;
}

export function clientOf(options: ResolvedOptions): Omit<RealtimeClient, keyof Untyped> & Untyped {
  const subscriptions = new Subscriptions(options);
  const connection = new Connection(options, subscriptions);
  const channel = (wanted: unknown, params?: Params): Handle =>
    new Handle(wantedChannel(wanted, params), subscriptions, options.requestTimeout);
  const close = (): Promise<void> => connection.close();
  if (options.autoConnect) connection.connect();
  return {
    get status() {
      return connection.status;
    },
    get user() {
      return connection.user;
    },
    get connectionId() {
      const { status } = connection;
      return status.state === 'connected' ? status.connectionId : null;
    },
    get callerHeaders() {
      return connection.callerHeaders;
    },
    onStatus: (listener) => connection.onStatus(listener),
    ready: (wait = {}) => connection.opened(wait, (_link, { resolve }) => resolve()),
    connect: () => connection.connect(),
    disconnect: () => connection.disconnect(),
    close,
    [Symbol.asyncDispose]: close,
    authenticate: (wait = {}) => connection.authenticate(wait),
    channel,
    send: async (target, message, payload, wait) => {
      // A name is no target.
      const handle = channel(typeof target === 'string' ? undefined : target);
      return handle.send(message, payload, wait).finally(() => handle.leave(true));
    },
  };
}
