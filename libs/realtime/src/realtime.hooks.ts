// Who wants to know what the layer does? Typed listeners for dashboards, audits and metrics.
import { Injectable, Logger } from '@nestjs/common';
import type { RealtimeChannelDescriptor, RefusalCode, SlowConsumerPolicy } from '@nestjs-realtime/contract';
import type { RealtimeGate } from './connections/realtime-request.js';
import type { RealtimeConnection } from './connections/realtime.connection.js';
import { errorRepeated } from './instrumentation/repeated-log.js';

/** What listeners are told. Only `broadcast` holds a payload: keep it out of logs. */
export interface RealtimeHookEvents {
  /** A connection has passed gate 1. */
  connected: { readonly connection: RealtimeConnection };
  /** A connection has ended; `reason` is the transport's word. */
  disconnected: { readonly connection: RealtimeConnection; readonly reason: string };
  /** A connection has passed gate 2 and joined a channel. */
  subscribed: {
    readonly connection: RealtimeConnection;
    readonly descriptor: RealtimeChannelDescriptor;
    readonly channel: string;
  };
  /** A connection has left a channel, by its own wish or by disconnecting. */
  unsubscribed: {
    readonly connection: RealtimeConnection;
    readonly descriptor: RealtimeChannelDescriptor;
    readonly channel: string;
  };
  /** A gate refused; `reason` is the precise one, which the peer never sees. */
  refused: {
    readonly gate: RealtimeGate;
    readonly code: RefusalCode;
    readonly reason: string;
    readonly connection: RealtimeConnection | null;
    readonly channel: string | null;
    readonly event: string | null;
  };
  /** A message to a channel that its sender is admitted to has had its answer; `code` is null where that was yes. Waiting for its turn is not in `milliseconds`. */
  handled: {
    readonly connection: RealtimeConnection;
    readonly descriptor: RealtimeChannelDescriptor;
    readonly channel: string;
    readonly event: string;
    readonly code: RefusalCode | null;
    readonly milliseconds: number;
  };
  /** Nothing more may wait for a client who does not read: he was cut off, or an event left out. `channel` is null where replies filled his share. */
  overflowed: {
    readonly connection: RealtimeConnection;
    readonly channel: string | null;
    readonly policy: SlowConsumerPolicy;
  };
  /** A broadcast has passed gate 4 and is on its way. */
  broadcast: {
    readonly descriptor: RealtimeChannelDescriptor;
    readonly channel: string;
    readonly event: string;
    /** Length of the encoded payload in UTF-16 units. */
    readonly bytes: number;
    /** Members of the channel on this node at that moment. */
    readonly recipients: number;
    /** As it goes out, stripped to its schema. */
    readonly payload: unknown;
    /** What has led to it, where it was made within `causing()`. */
    readonly cause: object | null;
  };
  /** An entry of the bus bridge has taken a domain event; `error` is null when it was forwarded. */
  bridged: {
    /** The domain event. Broadcasts that came of it have it as their `cause`. */
    readonly source: object;
    readonly descriptor: RealtimeChannelDescriptor;
    readonly event: string;
    /** Concrete names of the channels it was forwarded to; none where the mapper skipped it. */
    readonly channels: readonly string[];
    readonly error: unknown;
  };
}

type Listener<Name extends keyof RealtimeHookEvents> = (event: RealtimeHookEvents[Name]) => void;

/**
 * Listeners run synchronously on the hot path: be quick, or queue. What a listener throws is logged, once a minute, and harms nobody.
 *
 * @example hooks.on('refused', ({ code, reason }) => audit.write(code, reason));
 */
@Injectable()
export class RealtimeHooks {
  private readonly logger = new Logger(RealtimeHooks.name);
  private readonly listeners = new Map<keyof RealtimeHookEvents, Listener<never>[]>();
  private currentCause: object | null = null;

  /** What has led to the broadcasts that are being made now; null outside `causing()`. */
  get cause(): object | null {
    return this.currentCause;
  }

  /** Names `cause` as what has led to the broadcasts that `run` makes before it first awaits. */
  causing<Result>(cause: object, run: () => Result): Result {
    const outer = this.currentCause;
    this.currentCause = cause;
    try {
      return run();
    } finally {
      this.currentCause = outer;
    }
  }

  /** Whether anybody listens. */
  hears(name: keyof RealtimeHookEvents): boolean {
    return (this.listeners.get(name)?.length ?? 0) > 0;
  }

  /** Adds a listener; call the result to take it away. */
  on<Name extends keyof RealtimeHookEvents>(name: Name, listener: Listener<Name>): () => void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
    return () => {
      this.listeners.set(
        name,
        (this.listeners.get(name) ?? []).filter((other) => other !== listener),
      );
    };
  }

  /** Tells every listener; the event is only made where somebody listens. */
  emit<Name extends keyof RealtimeHookEvents>(name: Name, event: () => RealtimeHookEvents[Name]): void {
    const listeners = this.listeners.get(name) as Listener<Name>[] | undefined;
    if (listeners === undefined || listeners.length === 0) return;
    const told = event();
    for (const listener of listeners) {
      try {
        listener(told);
      } catch (error) {
        errorRepeated(this.logger, `A listener of the hook "${name}" threw`, error);
      }
    }
  }
}
