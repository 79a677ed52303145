// What does an application start with? A client: one connection and the channels on it.
/// <reference lib="esnext.disposable" preserve="true" />
import type {
  AnyChannel,
  ChannelAddress,
  ChannelTarget,
  MessageInput,
  MessageNameOf,
  MessageWithoutPayload,
  PublicUser,
  ReplyOutput,
} from '@nestjs-realtime/contract';
import type { ChannelHandle, SendOptions } from './channel-handle.js';
import type { ChannelArguments, ChannelsIn, HandleArguments, Meant, Registered } from './channels.js';
import { type RealtimeClientOptions, resolveOptions } from './client-options.js';
import { openTransport } from './client-transport.js';
import { clientOf } from './client.js';
import type { ConnectionStatus } from './connection-status.js';
import type { Off } from './listeners.js';
import type { OnlineWatch } from './online-watch.js';
import type { WaitOptions } from './pending.js';

/**
 * One connection to a server, and the channels on it. `createRealtimeClient()` makes one; `Channels` are those that it knows by name.
 * `await using client = createRealtimeClient()` closes it at the end of the block.
 */
export interface RealtimeClient<Channels extends AnyChannel = ChannelsIn<Registered>> extends AsyncDisposable {
  /** `connecting`, `connected`, `reconnecting`, `disconnected`, `failed` or `closed`, with what belongs to it. */
  readonly status: ConnectionStatus;
  /** The user that the server has authenticated; null when anonymous, and before the first welcome. It stays while reconnecting. */
  readonly user: PublicUser | null;
  /** Id of the connection; null while there is none. */
  readonly connectionId: string | null;
  /**
   * Headers that name this connection in requests of the page, so that `except: 'caller'` leaves it out; none while there is no connection.
   * @example await fetch('/orders', { method: 'POST', headers: { ...client.callerHeaders } });
   */
  readonly callerHeaders: Readonly<Record<string, string>>;
  /**
   * Calls the listener at every change of `status`.
   * @returns a function that removes the listener.
   * @example client.onStatus((status) => show(status.state, 'reason' in status ? status.reason.code : ''));
   */
  onStatus(listener: (status: ConnectionStatus) => void): Off;
  /**
   * Resolves when connected; at once if the client already is.
   * @throws RealtimeError when the connection fails for good, or `CLOSED` when `connect()` has not been called, and where the client
   * knows no server: without a page it needs `url`.
   */
  ready(options?: WaitOptions): Promise<void>;
  /**
   * Connects. If the next attempt is waiting, makes it now. After the second failure in a row of attempts that it has made, it waits as a
   * retry does, so that a listener of the status may call it. Channels that have ended for lack of rights are subscribed again for another
   * user, or one with other roles; channels that have ended otherwise stay ended.
   * @throws RealtimeError `CLOSED` after `close()`.
   */
  connect(): void;
  /** Pauses: closes the connection and rejects every pending request with `CLOSED`. Channels are kept for the next `connect()`. */
  disconnect(): void;
  /** Closes the connection for good: channels and their loops end, and pending requests are rejected with `CLOSED`. Resolves once it is closed. */
  close(): Promise<void>;
  /**
   * Calls `auth()` again and sends the credentials over the open connection, such as after a login. Where they are another user's, or
   * cookies, it connects again with them. Then it subscribes again to channels that have ended for lack of rights. Waits for a connection;
   * where that has failed, connects.
   * @param options `timeout`, of all this; by default `requestTimeout` for a connection and for the answer, and none for `auth()`.
   * @returns the user, which is then in `status`, too.
   * @throws RealtimeError that of `auth()`; the server's refusal, which changes nothing, unless it refuses the new connection of another
   * user: then the client has failed; `TIMEOUT`; `DISCONNECTED`.
   */
  authenticate(options?: WaitOptions): Promise<PublicUser | null>;
  /**
   * Subscribes to a channel. Where the contract does not name it, pass its type.
   * @throws ChannelParamsError when a param is missing, unknown or not a legal value.
   * @example
   * import type { orderChannel } from './order.channel.js';
   * const order = client.channel<typeof orderChannel>('orders.{orderId}', { orderId: '42' });
   */
  channel<Channel extends AnyChannel = never>(
    name: Channel['name'],
    ...rest: ChannelArguments<Channel>
  ): ChannelHandle<Channel>;
  /**
   * Subscribes to a channel: by its name in the contract, by its descriptor, or by an address. Params of a channel with
   * `autoSubscribe` may be left out: the handle is subscribed once the server names the channel.
   * @throws ChannelParamsError when a param is missing, unknown or not a legal value; TypeError when `since` is no position.
   * @example const order = client.channel('orders.{orderId}', { orderId: '42' });
   * @example const order = client.channel(orderChannel, { orderId: '42' });
   * @example const order = client.channel(orderChannel.with({ orderId: '42' }), { since: page.position });
   */
  channel<Argument extends Channels['name'] | AnyChannel | ChannelAddress<AnyChannel>>(
    channel: Argument,
    ...rest: HandleArguments<Channels, Argument>
  ): ChannelHandle<Meant<Channels, Argument>>;
  /** Sends a message that carries nothing. */
  send<Channel extends AnyChannel, Message extends MessageWithoutPayload<NoInfer<Channel>>>(
    target: ChannelTarget<Channel>,
    message: Message,
  ): Promise<ReplyOutput<Channel, Message>>;
  /**
   * Sends one message, as a handle's `send()` does. Where no handle is subscribed to the channel, the client subscribes for as long as
   * that takes; keep a handle if you send more than one.
   * @param target an address, or a descriptor without params.
   * @throws RealtimeError as a handle's `send()`.
   * @example await client.send(orderChannel.with({ orderId: '42' }), 'addNote', { text: 'Ring twice.' });
   */
  send<Channel extends AnyChannel, Message extends MessageNameOf<NoInfer<Channel>>>(
    target: ChannelTarget<Channel>,
    message: Message,
    payload: MessageInput<NoInfer<Channel>, Message>,
    options?: SendOptions,
  ): Promise<ReplyOutput<Channel, Message>>;
  /**
   * Watches which of these users are online. All watches of a client are one list for the server. Where the server refuses the list for
   * good (`FORBIDDEN`, `LIMIT_EXCEEDED`), the `logger` hears of it and `online` stays empty; after `authenticate()` it is sent again.
   * @example
   * const watch = client.watch(['ada', 'bob']);
   * watch.onOnline((online) => show(online.has('ada')));
   */
  watch(userIds: readonly string[]): OnlineWatch;
}

/**
 * Makes a client and, unless `autoConnect` is false, connects it. Without a page and without `url`, as on a server that renders, it stays
 * `disconnected`. The type argument is the contract: a module namespace or a record
 * of channels. It is a type only, so no channel gets into the bundle. Where `Register` has the channels, leave it out.
 * @throws TypeError for an option that does not exist, RangeError for a value that an option cannot have.
 * @example
 * import type * as channels from './channels.js';
 * const client = createRealtimeClient<typeof channels>({ auth: async ({ signal }) => ({ token: await getToken({ signal }) }) });
 * const order = client.channel('orders.{orderId}', { orderId: '42' });
 * order.on('shipped', ({ at }) => console.log('shipped', at));
 */
export function createRealtimeClient<Source extends object = Registered>(
  options: RealtimeClientOptions = {},
): RealtimeClient<ChannelsIn<Source>> {
  const resolved = resolveOptions(options);
  // A page that was opened from a file has no server either.
  const hasServer = resolved.url !== undefined || /^http/.test(globalThis.location?.protocol);
  return clientOf(resolved, hasServer ? openTransport : undefined) as unknown as RealtimeClient<ChannelsIn<Source>>;
}
