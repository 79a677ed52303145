// How does other code observe what the layer does? With typed listeners, for dashboards, audits and metrics.
import { Injectable, Logger } from '@nestjs/common';
import type { RealtimeChannelDescriptor, RefusalCode, SlowConsumerPolicy } from '@nestjs-realtime/contract';
import type { RealtimeGate } from './connections/realtime-request.js';
import type { RealtimeConnection } from './connections/realtime.connection.js';
import { errorRepeated } from './instrumentation/repeated-log.js';

/** The events that listeners receive. Only `broadcast` holds a payload: keep it out of logs. */
export interface RealtimeHookEvents {
  /** A connection has passed gate 1. */
  connected: { readonly connection: RealtimeConnection };
  /** A connection has ended; `reason` comes from the transport. */
  disconnected: { readonly connection: RealtimeConnection; readonly reason: string };
  /** A connection has passed gate 2 and joined a channel. */
  subscribed: {
    readonly connection: RealtimeConnection;
    readonly descriptor: RealtimeChannelDescriptor;
    readonly channel: string;
  };
  /** A connection has left a channel, because the client asked for it or disconnected. */
  unsubscribed: {
    readonly connection: RealtimeConnection;
    readonly descriptor: RealtimeChannelDescriptor;
    readonly channel: string;
  };
  /** A gate refused; `reason` is the exact reason, which the peer never sees. */
  refused: {
    readonly gate: RealtimeGate;
    readonly code: RefusalCode;
    readonly reason: string;
    readonly connection: RealtimeConnection | null;
    readonly channel: string | null;
    readonly event: string | null;
  };
  /** A message on a subscribed channel was answered. `code` is null on success; `milliseconds` excludes queueing. */
  handled: {
    readonly connection: RealtimeConnection;
    readonly descriptor: RealtimeChannelDescriptor;
    readonly channel: string;
    readonly event: string;
    readonly code: RefusalCode | null;
    readonly milliseconds: number;
  };
  /** The queue of a slow client is full: the client was disconnected, or an event was dropped. `channel` is null if replies filled the queue. */
  overflowed: {
    readonly connection: RealtimeConnection;
    readonly channel: string | null;
    readonly policy: SlowConsumerPolicy;
  };
  /** A broadcast has passed gate 4 and is being sent. */
  broadcast: {
    readonly descriptor: RealtimeChannelDescriptor;
    readonly channel: string;
    readonly event: string;
    /** Length of the encoded payload in UTF-16 units. */
    readonly bytes: number;
    /** Members of the channel on this node at that moment. */
    readonly recipients: number;
    /** As it is sent, stripped to its schema. */
    readonly payload: unknown;
    /** The cause that was passed to `causing()`; null for a broadcast outside of it. */
    readonly cause: object | null;
  };
  /** An entry of the bus bridge has handled a domain event; `error` is null unless that failed. */
  bridged: {
    /** The domain event. It is the `cause` of the broadcasts that result from it. */
    readonly source: object;
    readonly descriptor: RealtimeChannelDescriptor;
    readonly event: string;
    /** Concrete names of the channels it was forwarded to; empty if the mapper skipped it. */
    readonly channels: readonly string[];
    readonly error: unknown;
  };
}

type Listener<Name extends keyof RealtimeHookEvents> = (event: RealtimeHookEvents[Name]) => void;

/**
 * Listeners run synchronously on the hot path: be quick, or queue. An error of a listener is logged, at most once a minute, and has no other effect.
 *
 * @example hooks.on('refused', ({ code, reason }) => audit.write(code, reason));
 */
@Injectable()
export class RealtimeHooks {
  private readonly logger = new Logger(RealtimeHooks.name);
  private readonly listeners = new Map<keyof RealtimeHookEvents, Listener<never>[]>();
  private currentCause: object | null = null;

  /** The cause of the broadcasts that are made now; null outside `causing()`. */
  get cause(): object | null {
    return this.currentCause;
  }

  /** Sets `cause` as the cause of the broadcasts that `run` makes before its first await. */
  causing<Result>(cause: object, run: () => Result): Result {
    const outer = this.currentCause;
    this.currentCause = cause;
    try {
      return run();
    } finally {
      this.currentCause = outer;
    }
  }

  /** Whether the hook has listeners. */
  hears(name: keyof RealtimeHookEvents): boolean {
    return (this.listeners.get(name)?.length ?? 0) > 0;
  }

  /** Adds a listener; call the result to remove it. */
  on<Name extends keyof RealtimeHookEvents>(name: Name, listener: Listener<Name>): () => void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
    return () => {
      this.listeners.set(
        name,
        (this.listeners.get(name) ?? []).filter((other) => other !== listener),
      );
    };
  }

  /** Calls every listener. The event is created only if there are listeners. */
  emit<Name extends keyof RealtimeHookEvents>(name: Name, event: () => RealtimeHookEvents[Name]): void {
    const listeners = this.listeners.get(name) as Listener<Name>[] | undefined;
    if (listeners === undefined || listeners.length === 0) return;
    const emitted = event();
    for (const listener of listeners) {
      try {
        listener(emitted);
      } catch (error) {
        errorRepeated(this.logger, `A listener of the hook "${name}" threw`, error);
      }
    }
  }
}
