// How does a test give a component a client, without a server?
import type {
  AnyChannel,
  ChannelAddress,
  ChannelTarget,
  EventInput,
  EventNameOf,
  HasPresence,
  MemberDataInput,
  PublicUser,
  RealtimeChannelDescriptor,
} from '@nestjs-realtime/contract';
import { clientOf } from '../client.js';
import { resolveOptions } from '../client-options.js';
import type { RealtimeClient } from '../realtime-client.js';
import type { RealtimeErrorCode } from '../realtime-error.js';
import { MockServer, type SentMessage } from './mock-server.js';

export interface MockRealtimeOptions {
  /** The user of the connection. Default: none, which is an anonymous connection. */
  readonly user?: PublicUser | null | undefined;
  /** Channels that the code under test names by strings, so that the mock knows which of them have history or presence. */
  readonly channels?: readonly AnyChannel[] | undefined;
}

/** A user, with the data that the channel declares for its members. */
type MemberArguments<Channel extends AnyChannel> =
  HasPresence<Channel> extends true
    ? undefined extends MemberDataInput<Channel>
      ? [userId: string, data?: MemberDataInput<Channel>]
      : [userId: string, data: MemberDataInput<Channel>]
    : never;

/** A client, and the server behind it as the test plays it. */
export interface MockRealtime {
  /** A client as `createRealtimeClient()` makes it, which connects at once. */
  readonly client: RealtimeClient;
  readonly server: {
    /** Messages that the client has sent, in order. Each is answered with nothing. */
    readonly sent: readonly SentMessage[];
    /**
     * Broadcasts an event, and resolves once the client has heard it. A channel with history keeps it for a client that is away. Schemas
     * are not applied.
     */
    broadcast<Channel extends AnyChannel, Event extends EventNameOf<NoInfer<Channel>>>(
      target: ChannelTarget<Channel>,
      event: Event,
      payload: EventInput<NoInfer<Channel>, Event>,
    ): Promise<void>;
    /**
     * Makes a user a member of a channel with presence, or gives a member other data. Resolves once the client has heard it. The client's own
     * user is a member while it is subscribed; `update()` of the client is among `sent`, and changes the data where members set it.
     */
    join<Channel extends AnyChannel>(
      target: ChannelTarget<Channel>,
      ...member: MemberArguments<NoInfer<Channel>>
    ): Promise<void>;
    /** Takes a user off a channel with presence. Resolves once the client has heard it. */
    leave<Channel extends AnyChannel>(
      target: ChannelTarget<Channel>,
      ...member: HasPresence<NoInfer<Channel>> extends true ? [userId: string] : never
    ): Promise<void>;
    /** Says which users are online now, for `client.watch()`; all others are not. Resolves once the client has heard it. */
    setOnline(userIds: readonly string[]): Promise<void>;
    /** Says who the user is from the client's next `authenticate()`, or its next connection, on: after a login, or a logout (null). */
    setUser(user: PublicUser | null): void;
    /** Refuses the next request of the client. */
    refuse(code: RealtimeErrorCode): void;
    /** Ends the connection, and lets the client in no more until `reconnect()`. */
    drop(): void;
    /** Brings the client back. Resolves once it has subscribed again and heard what it has missed. */
    reconnect(): Promise<void>;
  };
}

/**
 * A real client over a line in the same process: no port, no server, no Socket.IO. Frames travel as JSON.
 * @example
 * const { client, server } = createMockRealtime({ user: { userId: 'ada', roles: [] } });
 * server.drop();
 * await server.broadcast(orderChannel.with({ orderId: '42' }), 'shipped', { at });
 * await server.reconnect(); // with history the event is heard now; without, the status has a gap
 */
export function createMockRealtime({ user = null, channels = [] }: MockRealtimeOptions = {}): MockRealtime {
  const server = new MockServer(user);
  for (const descriptor of channels) server.learn(descriptor as RealtimeChannelDescriptor);
  const client = clientOf(resolveOptions({}), server.open);
  const learning = (channel: unknown): void => {
    const { descriptor = channel } = (channel ?? {}) as Partial<ChannelAddress>;
    if (descriptor && typeof descriptor === 'object') server.learn(descriptor as RealtimeChannelDescriptor);
  };
  const nameOf = (target: unknown): string => {
    learning(target);
    return (target as { name: string }).name;
  };
  const channel = client.channel.bind(client);
  client.channel = (wanted, ...rest) => {
    learning(wanted);
    return channel(wanted, ...rest);
  };
  return {
    client: client as unknown as RealtimeClient,
    server: {
      sent: server.sent,
      broadcast: (target, event, payload) => server.broadcast(nameOf(target), event, payload),
      join: async (target, ...[userId, data]) =>
        server.changeMembers(nameOf(target), (members) => members.join(userId, data)),
      leave: async (target, ...[userId]) => server.changeMembers(nameOf(target), (members) => members.leave(userId)),
      setOnline: (userIds) => server.setOnline(userIds),
      setUser: (user) => server.setUser(user),
      refuse: (code) => server.refuse(code),
      drop: () => server.drop(),
      reconnect: async () => {
        server.up();
        client.connect();
        await client.ready();
        await server.settled();
      },
    },
  };
}
