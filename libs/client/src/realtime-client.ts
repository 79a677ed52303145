// What does an application start with? A client: one connection and the channels on it.
import type { ChannelParamNames, ParamsOf, PublicUser, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { ChannelHandle } from './channel-handle.js';
import { fillChannelName } from './channel-name.js';
import { RealtimeClientOptions, resolveOptions } from './client-options.js';
import type { ConnectionState, ConnectionStatus } from './connection-status.js';
import { Connection } from './connection.js';
import type { Off } from './listeners.js';
import { pending, type WaitOptions } from './pending.js';
import type { RealtimeError } from './realtime-error.js';
import { Subscriptions } from './subscriptions.js';

/** Params of a channel as the last argument; none where the name has no params. */
export type ParamsArgument<Channel extends RealtimeChannelDescriptor> = string extends Channel['name']
  ? [params?: Readonly<Record<string, string>>]
  : [ChannelParamNames<Channel['name']>] extends [never]
    ? []
    : [params: ParamsOf<Channel>];

/** One connection to a server, and the channels on it. Made by `createRealtimeClient`. */
export class RealtimeClient {
  private readonly options: RealtimeClientOptions;
  private readonly subscriptions: Subscriptions;
  private readonly connection: Connection;

  /** @internal Use `createRealtimeClient()`. */
  constructor(options: Partial<RealtimeClientOptions>) {
    this.options = resolveOptions(options);
    this.subscriptions = new Subscriptions(this.options);
    this.connection = new Connection(this.options, this.subscriptions);
    if (this.options.autoConnect) this.connect();
  }

  /** `connecting`, `connected`, `reconnecting`, `disconnected` or `failed`. */
  get state(): ConnectionState {
    return this.connection.status.state;
  }

  /** Why the client is `reconnecting` or has `failed`. */
  get reason(): RealtimeError | undefined {
    return this.connection.status.reason;
  }

  /** The user that the server has authenticated; null when anonymous, and before the first welcome. */
  get user(): PublicUser | null {
    return this.connection.user;
  }

  /**
   * Calls the listener at every change of `state` or `reason`, with both.
   * @returns a function that removes the listener.
   * @example client.onState(({ state, reason }) => show(state, reason?.code));
   */
  onState(listener: (status: ConnectionStatus) => void): Off {
    return this.connection.changes.add(listener);
  }

  /**
   * Resolves when connected; at once if the client already is.
   * @throws RealtimeError when the connection fails for good, or `CLOSED` when `connect()` has not been called.
   */
  ready(options: WaitOptions = {}): Promise<void> {
    return pending<void>(options, ({ resolve, reject }, onEnd) => {
      const look = (): void => {
        if (this.state === 'connected') resolve();
        else if (this.subscriptions.stopped) reject(this.subscriptions.stopped);
      };
      onEnd(this.onState(look));
      look();
    });
  }

  /** Connects. If the next attempt is waiting, makes it now. Ended channels stay ended; the client subscribes to the others again. */
  connect(): void {
    this.connection.connect();
  }

  /** Closes the connection and rejects every pending request with `CLOSED`. Channels are kept for the next `connect()`. */
  disconnect(): void {
    this.connection.disconnect();
  }

  /**
   * Subscribes to a channel, named by its descriptor or, to keep server code out of a browser bundle, by its type and template.
   * @throws ChannelParamsError when a param is missing, unknown or not one legal segment.
   * @example
   * const order = client.channel(orderChannel, { orderId: '42' });
   * @example
   * import type { orderChannel } from './order.channel.js';
   * const order = client.channel<typeof orderChannel>('orders.{orderId}', { orderId: '42' });
   */
  channel<Channel extends RealtimeChannelDescriptor>(
    descriptor: Channel,
    ...params: ParamsArgument<Channel>
  ): ChannelHandle<Channel>;
  channel<Channel extends RealtimeChannelDescriptor>(
    name: Channel['name'],
    ...params: ParamsArgument<Channel>
  ): ChannelHandle<Channel>;
  channel<Channel extends RealtimeChannelDescriptor>(
    channel: Channel | string,
    params: Readonly<Record<string, string>> = {},
  ): ChannelHandle<Channel> {
    const name = typeof channel === 'string' ? fillChannelName(channel, params) : channel.with(params).name;
    return new ChannelHandle<Channel>(name, this.subscriptions, this.options.requestTimeout);
  }
}

/**
 * Makes a client and, unless `autoConnect` is false, connects it.
 * @throws RangeError for a time that is not a positive number, or a jitter outside 0 to 1.
 * @example
 * const client = createRealtimeClient({ url: 'https://api.example.com', auth: async () => ({ token: await getToken() }) });
 * const order = client.channel(orderChannel, { orderId: '42' });
 * order.on('shipped', ({ at }) => console.log('shipped', at));
 */
export function createRealtimeClient(options: Partial<RealtimeClientOptions> = {}): RealtimeClient {
  return new RealtimeClient(options);
}
