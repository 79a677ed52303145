// What does a test hold of a connection? A client of the library, with promises for what is to come.
import type { PublicUser, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { ConnectionState, ParamsArgument, RealtimeClient, RealtimeError } from '@nestjs-realtime/client';
import { type TestChannel, testChannel } from './test-channel.js';
import { reached, stateOf, waitFor, type WaitOptions } from './wait.js';

/** One connection to an application under test. Made by `connectTestClient`; closed with the application. */
export class TestClient {
  private fences = 0;

  /** @internal Use `connectTestClient()`. */
  constructor(
    /** The client itself, as applications use it. */
    readonly realtime: RealtimeClient,
    private readonly timeout: number,
  ) {}

  /** Who the server says this is; null when anonymous. */
  get user(): PublicUser | null {
    return this.realtime.user;
  }

  get state(): ConnectionState {
    return this.realtime.state;
  }

  /** Why the client is `reconnecting` or has `failed`. */
  get reason(): RealtimeError | undefined {
    return this.realtime.reason;
  }

  /** Asks for a channel and returns at once; `ready()` or `subscribe()` tell whether it is granted. */
  channel<Channel extends RealtimeChannelDescriptor>(
    descriptor: Channel,
    ...params: ParamsArgument<Channel>
  ): TestChannel<Channel> {
    return testChannel(this.realtime.channel(descriptor, ...params), descriptor, this.realtime, this.timeout);
  }

  /**
   * Resolves with the channel once the server has admitted this client, so that no broadcast made from then on is missed.
   * @throws RealtimeError the first refusal, also where asking again might help.
   */
  async subscribe<Channel extends RealtimeChannelDescriptor>(
    descriptor: Channel,
    ...params: ParamsArgument<Channel>
  ): Promise<TestChannel<Channel>> {
    const channel = this.channel(descriptor, ...params);
    try {
      return await waitFor(
        this.timeout,
        (changed) => channel.onState(changed),
        () => {
          if (channel.state === 'subscribed') return { found: channel };
          if (channel.reason) throw channel.reason;
          return undefined;
        },
        () => `${channel.name} is ${stateOf(channel)}, and was neither admitted nor refused`,
      );
    } catch (error) {
      channel.unsubscribe();
      throw error;
    }
  }

  /** Resolves once the connection is in that state, such as `failed` after a revocation; at once if it is. */
  reached(state: ConnectionState, { timeout = this.timeout }: WaitOptions = {}): Promise<void> {
    return reached(this.realtime, state, timeout, 'The client');
  }

  /**
   * Resolves once everything has arrived that the server had sent to this client when this was called; then look at `received` to see
   * that an event did not come. Asks for a channel that does not exist, which counts as one refusal.
   */
  async settled(): Promise<void> {
    const fence = this.realtime.channel(`nestjs-realtime-testing.fence.${++this.fences}`);
    try {
      await waitFor(
        this.timeout,
        (changed) => fence.onState(changed),
        () => (fence.state !== 'subscribing' || fence.reason ? { found: true } : undefined),
        () => `The client is ${stateOf(this.realtime)}, and the server did not answer`,
      );
    } finally {
      fence.unsubscribe();
    }
  }

  /** Closes the connection for good. */
  close(): void {
    this.realtime.disconnect();
  }
}
