// How does the page talk to the server? Over one channel of the realtime layer, with the same client as any application.
import { createRealtimeClient, type ChannelHandle, type RealtimeClient, RealtimeError } from '@nestjs-realtime/client';
import type { DashboardChannel } from '../../src/wire/dashboard.channel.js';
import type { Listing, MemberRow } from '../../src/wire/feed.frames.js';
import { PAGE_MARK } from '../../src/wire/page-mark.js';
import { applyElsewhere, applyFrame, type DashboardState, openState } from '../state/dashboard-state.js';
import { Store } from '../state/store.js';
import { endedState, type LinkStatus } from './link-status.js';
import type { TokenKeeper } from './token.js';

const CHANNEL = 'realtime-dashboard.live';
/** Short, because operators watch the page while a server restarts. */
const MAX_RETRY_DELAY = '5s';
/** Pause before `open` is sent again, unless the server says how long. */
const REOPEN_DELAY_MS = 1_000;

export class DashboardLink {
  readonly status = new Store<LinkStatus>({ state: 'connecting', user: null });
  /** Null while there is nothing to show. */
  readonly data = new Store<DashboardState | null>(null);
  private readonly client: RealtimeClient;
  private channel?: ChannelHandle<DashboardChannel>;
  /** Whether the snapshot for the current subscription has arrived. */
  private opened = false;
  private reopening?: ReturnType<typeof setTimeout>;

  /** @param path of the realtime endpoint, on the page's own origin. */
  constructor(path: string, token: TokenKeeper) {
    this.client = createRealtimeClient({
      path,
      autoConnect: false,
      maxRetryDelay: MAX_RETRY_DELAY,
      auth: () => (token.token === null ? PAGE_MARK : { token: token.token }),
    });
    this.client.onStatus(() => this.updateStatus());
  }

  /** Closes the connection and opens a new one, with the current cookies and token. */
  connect(): void {
    this.channel?.unsubscribe();
    this.client.disconnect();
    this.clear();
    this.status.set({ state: 'connecting', user: null });
    const channel = (this.channel = this.client.channel<DashboardChannel>(CHANNEL));
    channel.on('frame', (frame) => this.take((data) => applyFrame(data, frame)));
    channel.on('elsewhere', (frame) => this.take((data) => applyElsewhere(data, frame)));
    channel.onStatus(({ state }) => {
      if (channel !== this.channel) return;
      this.opened = false;
      if (state === 'subscribed') void this.open(channel);
      this.updateStatus();
    });
    this.client.connect();
  }

  /** @throws RealtimeError if the server refuses or does not answer. */
  async disconnectUser(userId: string): Promise<void> {
    await this.channel?.send('disconnect', { userId });
  }

  /** @throws RealtimeError if the server refuses or does not answer. */
  async evict(userId: string, channel: string): Promise<void> {
    await this.channel?.send('evict', { userId, channel });
  }

  /** @throws RealtimeError if the server refuses or does not answer, or if there is no connection. */
  async members(channel: string): Promise<Listing<MemberRow>> {
    if (this.channel === undefined) return { rows: [], more: 0 };
    return this.channel.send('members', { channel });
  }

  /** Asks for a snapshot, after every reconnect too: no frame holds what happened in between. */
  private async open(channel: ChannelHandle<DashboardChannel>): Promise<void> {
    clearTimeout(this.reopening);
    try {
      const snapshot = await channel.send('open');
      if (channel !== this.channel) return;
      this.opened = true;
      this.data.set(openState(snapshot, this.data.value));
      this.updateStatus();
    } catch (error) {
      if (channel === this.channel && RealtimeError.is(error)) this.openFailed(channel, error);
    }
  }

  private openFailed(channel: ChannelHandle<DashboardChannel>, reason: RealtimeError): void {
    // The subscription ended with the connection. Once it is back, `open` runs again.
    if (reason.code === 'DISCONNECTED' || reason.code === 'CLOSED') return;
    if (!reason.retryable) return this.end(reason);
    this.reopening = setTimeout(() => {
      if (channel === this.channel && channel.status.state === 'subscribed') void this.open(channel);
    }, reason.retryAfterMs ?? REOPEN_DELAY_MS);
  }

  private take(apply: (data: DashboardState) => DashboardState): void {
    const { value } = this.data;
    if (value && this.opened) this.data.set(apply(value));
  }

  private updateStatus(): void {
    const { status, user } = this.client;
    const channel = this.channel?.status;
    if (status.state === 'failed') return this.end(status.reason);
    if (channel?.state === 'ended' && channel.reason) return this.end(channel.reason);
    if (status.state === 'disconnected') return;
    const waiting = this.data.value === null ? 'connecting' : 'reconnecting';
    const reason = 'reason' in status ? status.reason : channel?.state === 'subscribing' ? channel.reason : undefined;
    this.status.set({ state: this.opened ? 'live' : waiting, user, reason });
  }

  /** Clears all data from the page: the visitor may no longer have the right to see it. */
  private end(reason: RealtimeError | undefined): void {
    const { user } = this.client;
    this.clear();
    this.status.set({ state: endedState(reason), user, reason });
  }

  private clear(): void {
    clearTimeout(this.reopening);
    this.opened = false;
    this.data.set(null);
  }
}
