// How does a component follow a channel? Through a store that is subscribed while the component is mounted.
import type { Position } from '@nestjs-realtime/contract';
import type { SendOptions } from '../channel-handle.js';
import type { Handle } from '../handle.js';
import { type MemberList, NO_MEMBERS } from '../member-list.js';
import { closedHere } from '../realtime-error.js';
import type { RealtimeClient } from '../realtime-client.js';
import type { SubscriptionStatus } from '../subscription-status.js';
import type { Off } from '../listeners.js';

/** What is known of a channel while no component is mounted, and on a server that renders. */
export type ViewStatus = SubscriptionStatus | { readonly state: 'idle' };

type Send = (message: string, payload?: unknown, options?: SendOptions) => Promise<unknown>;

/** A channel as components see it, without its types. Another object after each change. */
export interface UntypedView {
  readonly name: string | null;
  readonly status: ViewStatus;
  readonly send: Send;
  readonly trySend: Send;
}

/** A listener of the handle, for as long as there is one. */
interface Attachment {
  attach(handle: Handle): Off;
  off?: Off;
}

const IDLE: ViewStatus = { state: 'idle' };
const storesOf = new WeakMap<object, ChannelStore>();

/** The store behind a view. @throws TypeError for what `useChannel()` has not returned. */
export function storeOf(view: object): ChannelStore {
  const store = storesOf.get(view);
  if (!store) throw new TypeError('This is no view of a channel; pass what useChannel() has returned.');
  return store;
}

export class ChannelStore {
  /** What components see: another object after each change. */
  view: UntypedView;
  /** The view while no component is mounted, and on a server that renders. */
  readonly idle: UntypedView;
  private handle?: Handle | undefined;
  /** Whether events have passed while no component was mounted, on a channel without history. */
  private hasMissed = false;
  private readonly attachments = new Set<Attachment>();
  private readonly statusListeners = new Set<(status: ViewStatus) => void>();

  /** @param wanted the channel and the params for `client.channel()`; null for no channel. */
  constructor(
    private readonly client: RealtimeClient,
    private readonly wanted: readonly [channel: unknown, params: unknown] | null,
    private readonly name: string | null,
    private since: Position | null,
  ) {
    this.view = this.idle = this.viewOf(IDLE);
  }

  /** Whether the channel goes on from a position, so that nothing is missing before its first event. */
  get hasSince(): boolean {
    return this.since !== null;
  }

  /** Subscribes to the channel until it is called off. */
  readonly follow = (changed: () => void): Off => {
    if (!this.wanted) return () => undefined;
    const handle = (this.handle = this.open(this.since));
    const update = (): void => {
      this.view = this.viewOf(this.statusOf(handle));
      changed();
      for (const listener of [...this.statusListeners]) listener(this.view.status);
    };
    handle.onStatus(update);
    for (const each of this.attachments) each.off = each.attach(handle);
    update();
    return () => {
      const wasSubscribed = handle.status.state === 'subscribed';
      // A component that is shown again goes on from where it was.
      this.since = handle.position ?? this.since;
      this.handle = undefined;
      this.view = this.idle;
      handle.unsubscribe();
      // Not in React's strict mode, which mounts again at once.
      queueMicrotask(() => {
        if (wasSubscribed && !this.handle && !this.since) this.hasMissed = true;
      });
    };
  };

  /** Of a channel with presence: another array after each change. */
  get members(): MemberList {
    return this.handle?.presence.members ?? NO_MEMBERS;
  }

  listen(event: string, listener: (payload: unknown) => void): Off {
    return this.attached((handle) => handle.on(event, listener));
  }

  onMembers(listener: () => void): Off {
    return this.attached((handle) => handle.presence.onMembers(listener));
  }

  onStatus(listener: (status: ViewStatus) => void): Off {
    this.statusListeners.add(listener);
    return () => void this.statusListeners.delete(listener);
  }

  private attached(attach: (handle: Handle) => Off): Off {
    const { handle } = this;
    const entry: Attachment = { attach, ...(handle && { off: attach(handle) }) };
    this.attachments.add(entry);
    return () => {
      this.attachments.delete(entry);
      entry.off?.();
    };
  }

  private open(since: Position | null): Handle {
    const [channel, params] = this.wanted!;
    const options = { since: since ?? undefined };
    const client = this.client as unknown as { channel(...wanted: readonly unknown[]): Handle };
    const isAddress = typeof channel === 'object' && channel !== null && 'descriptor' in channel;
    return isAddress ? client.channel(channel, options) : client.channel(channel, params, options);
  }

  private statusOf({ status }: Handle): ViewStatus {
    if (status.state !== 'subscribed' || !this.hasMissed) return status;
    this.hasMissed = false;
    return { ...status, gap: true };
  }

  private viewOf(status: ViewStatus): UntypedView {
    const view = { name: this.name, status, send: this.send, trySend: this.trySend };
    storesOf.set(view, this);
    return view;
  }

  /** With a handle of its own: a message may be sent before the component is mounted, and its answer comes after that, too. */
  private readonly send = (message: string, payload?: unknown, options?: SendOptions): Promise<unknown> =>
    this.wanted ? this.open(null).sendLast(message, payload, options) : Promise.reject(closedHere());

  private readonly trySend = async (message: string, payload?: unknown, options?: SendOptions): Promise<unknown> => {
    if (!this.wanted) return { ok: false, error: closedHere() };
    const handle = this.open(null);
    return handle.trySend(message, payload, options).finally(() => handle.leave(true));
  };
}
