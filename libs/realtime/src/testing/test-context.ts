// How does a unit test call a handler's method? With a context that it makes itself.
import { randomUUID } from 'node:crypto';
import type { AnyChannel, ChannelAddress, ChannelTarget, MessageNameOf } from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import { concreteChannel } from '../connections/channel-target.js';
import type { RealtimeContext } from '../connections/realtime-context.js';
import { RealtimeException, type RealtimeExceptionOptions, RealtimeFault } from '../realtime.exception.js';
import { RecordingRealtimeBroadcaster } from './recording.broadcaster.js';

/** What a test says of the message. */
export interface TestContextOptions<Message extends string = string> {
  /** The sender; `roles` default to none. Null is an anonymous connection. Default: a user "test-user" without roles. */
  readonly user?: (Partial<RealtimeUser> & Pick<RealtimeUser, 'userId'>) | null | undefined;
  /** Name of the message. Default: the first that the channel declares. */
  readonly message?: Message | undefined;
  readonly connectionId?: string | undefined;
  /** Takes what the handler broadcasts and sends. Default: a `RecordingRealtimeBroadcaster`. */
  readonly realtime?: IRealtimeBroadcaster | undefined;
  /** Default: a signal that never aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** The broadcaster without its types, which the context's own have checked. */
interface UntypedBroadcaster {
  broadcast(...call: readonly unknown[]): Promise<void>;
  send(...call: readonly unknown[]): Promise<void>;
}

/**
 * The context of one message, for unit tests of handlers.
 *
 * @throws RealtimeFault for a target that names no concrete channel.
 * @example
 * const realtime = new RecordingRealtimeBroadcaster();
 * await new OnAddNote().add({ text: 'hi' }, testContext(orderChannel.with({ orderId: '1' }), { user: { userId: 'ada' }, realtime }));
 * realtime.assertBroadcast(orderChannel.with({ orderId: '1' }), 'noted');
 */
export function testContext<
  Channel extends AnyChannel,
  Message extends MessageNameOf<NoInfer<Channel>> = MessageNameOf<NoInfer<Channel>>,
>(target: ChannelTarget<Channel>, options: TestContextOptions<Message> = {}): RealtimeContext<Channel, Message> {
  const { descriptor, name } = concreteChannel(target, (problem) => new RealtimeFault(problem));
  const channel: ChannelAddress = { descriptor, name, params: descriptor.template.match(name)! };
  const { connectionId = randomUUID(), signal = new AbortController().signal } = options;
  const user = userOf(options.user);
  const realtime: UntypedBroadcaster = options.realtime ?? new RecordingRealtimeBroadcaster();
  const handshake = { auth: {}, cookies: {}, headers: {}, query: {}, address: '127.0.0.1' };
  const context = {
    channel,
    params: channel.params,
    message: options.message ?? Object.keys(descriptor.messages)[0],
    user,
    userId: user?.userId ?? null,
    roles: user?.roles ?? [],
    connection: { connectionId, user, handshake, channels: new Map([[name, channel]]), closed: false },
    connectionId,
    signal,
    broadcast: (...event: unknown[]) => realtime.broadcast(channel, ...event),
    send: (event: string, ...payload: unknown[]) => realtime.send({ connectionId }, channel, event, ...payload),
    refusal: (code: string, details?: RealtimeExceptionOptions) => new RealtimeException(code, details),
  };
  return context as unknown as RealtimeContext<Channel, Message>;
}

function userOf(user: TestContextOptions['user']): RealtimeUser | null {
  if (user === null) return null;
  return { roles: [], ...(user ?? { userId: 'test-user' }) };
}
