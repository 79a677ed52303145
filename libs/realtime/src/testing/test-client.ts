// How does a test use a connection? With a client of the library, and promises for states to come.
import type { AnyChannel, PublicUser } from '@nestjs-realtime/contract';
import type { ChannelArguments, ChannelHandle, ConnectionStatus, RealtimeClient } from '@nestjs-realtime/client';
import { type TestChannel, testChannel } from './test-channel.js';
import { reached, stateOf, waitFor, type WaitOptions } from './wait.js';

/** One connection to an application under test. `connectTestClient` creates it; it is closed with the application. */
export class TestClient {
  private fences = 0;

  /** @internal Use `connectTestClient()`. */
  constructor(
    /** The client itself, as applications use it. */
    readonly realtime: RealtimeClient,
    private readonly timeout: number,
  ) {}

  /** The user that the server has confirmed; null if anonymous. */
  get user(): PublicUser | null {
    return this.realtime.user;
  }

  /** `connected`, `reconnecting`, `failed` and so on, with what belongs to it. */
  get status(): ConnectionStatus {
    return this.realtime.status;
  }

  /** Asks for a channel and returns at once. `ready()` resolves once the channel is granted. */
  channel<Channel extends AnyChannel>(descriptor: Channel, ...params: ChannelArguments<Channel>): TestChannel<Channel> {
    const client = this.realtime as unknown as { channel(...of: unknown[]): ChannelHandle<Channel> };
    return testChannel(client.channel(descriptor, ...params), descriptor, this.realtime, this.timeout);
  }

  /**
   * Resolves with the channel once the server has subscribed this client. From then on it receives every broadcast.
   * @throws RealtimeError the first refusal, retryable or not.
   */
  async subscribe<Channel extends AnyChannel>(
    descriptor: Channel,
    ...params: ChannelArguments<Channel>
  ): Promise<TestChannel<Channel>> {
    const channel = this.channel(descriptor, ...params);
    try {
      return await waitFor(
        this.timeout,
        (changed) => channel.onStatus(changed),
        () => {
          const { status } = channel;
          if (status.state === 'subscribed') return { found: channel };
          if (status.reason) throw status.reason;
          return undefined;
        },
        () => `${channel.name} is ${stateOf(channel)}, and was neither admitted nor refused`,
      );
    } catch (error) {
      channel.unsubscribe();
      throw error;
    }
  }

  /** Resolves once the connection is in the state, such as `failed` after a revocation. */
  reached(state: ConnectionStatus['state'], { timeout = this.timeout }: WaitOptions = {}): Promise<void> {
    return reached(this.realtime, state, timeout, 'The client');
  }

  /**
   * Resolves once the client has received all that the server had sent to it at the time of the call. Then check `received` to see that
   * an event did not come. Asks for a channel that does not exist, which counts as one refusal.
   */
  async settled(): Promise<void> {
    const fence = this.realtime.channel(`nestjs-realtime-testing.fence.${++this.fences}`);
    try {
      await waitFor(
        this.timeout,
        (changed) => fence.onStatus(changed),
        () => (fence.status.state !== 'subscribing' || fence.status.reason ? { found: true } : undefined),
        () => `The client is ${stateOf(this.realtime)}, and the server did not answer`,
      );
    } finally {
      fence.unsubscribe();
    }
  }

  /** Closes the connection for good. */
  close(): void {
    void this.realtime.close();
  }
}
