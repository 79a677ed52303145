// Who wants to know what the layer does? Typed listeners for dashboards, audits and metrics.
import { Injectable, Logger } from '@nestjs/common';
import type { RealtimeChannelDescriptor, RefusalCode } from '@nestjs-realtime/contract';
import type { RealtimeGate } from './connections/realtime-request.js';
import type { RealtimeConnection } from './connections/realtime.connection.js';

/** What listeners are told. Nothing here holds a payload. */
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
  /** A broadcast has passed gate 4; `bytes` is the length of its encoded payload in UTF-16 units. */
  broadcast: {
    readonly descriptor: RealtimeChannelDescriptor;
    readonly channel: string;
    readonly event: string;
    readonly bytes: number;
  };
}

type Listener<Name extends keyof RealtimeHookEvents> = (event: RealtimeHookEvents[Name]) => void;

/**
 * Listeners run synchronously on the hot path: be quick, or queue. What a listener throws is logged and harms nobody.
 *
 * @example hooks.on('refused', ({ code, reason }) => audit.write(code, reason));
 */
@Injectable()
export class RealtimeHooks {
  private readonly logger = new Logger(RealtimeHooks.name);
  private readonly listeners = new Map<keyof RealtimeHookEvents, Listener<never>[]>();

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
        this.logger.error(
          `A listener of the hook "${name}" threw`,
          error instanceof Error ? error.stack : String(error),
        );
      }
    }
  }
}
