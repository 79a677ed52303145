// How does other code observe what the layer does? With typed listeners, for dashboards, audits and metrics.
import { Injectable, Logger } from '@nestjs/common';
import type { ChannelAddress, RealtimeChannelDescriptor, SlowConsumerPolicy } from '@nestjs-realtime/contract';
import { isPromiseLike } from './connections/promise-like.js';
import type { RealtimeGate } from './connections/realtime-request.js';
import type { RealtimeConnection } from './connections/realtime.connection.js';
import type { RealtimeUser } from './authorization/realtime-user.js';
import { RealtimeOptions } from './realtime.options.js';
import { errorRepeated } from './instrumentation/repeated-log.js';

interface OfNode {
  /** Where it happened. */
  readonly nodeId: string;
}
interface OfConnection extends OfNode {
  readonly connection: RealtimeConnection;
}
interface OfChannel extends OfNode {
  readonly channel: ChannelAddress;
}

/** The events that listeners receive. Only `broadcast` holds a payload: keep it out of logs. */
export interface RealtimeHookEvents {
  /** A connection has passed gate 1. */
  connected: OfConnection;
  /** The user of a connection was replaced or resolved again, and has changed. */
  authenticated: OfConnection & { readonly before: RealtimeUser | null; readonly user: RealtimeUser | null };
  /** A connection has ended; `reason` comes from the transport. */
  disconnected: OfConnection & { readonly reason: string };
  /** A connection has passed gate 2 and joined a channel, because the client or the server asked for it. */
  subscribed: OfConnection & OfChannel & { readonly by: 'client' | 'server' };
  /** A connection has left a channel: the client asked for it, the server ended it, or the connection ended. */
  unsubscribed: OfConnection & OfChannel & { readonly by: 'client' | 'server' | 'disconnect' };
  /** A gate or a handler refused. */
  refused: OfNode & {
    readonly gate: RealtimeGate;
    /** A code of the protocol, or one that the message declares in `errors`. */
    readonly code: string;
    /** The exact reason, which the peer never sees. */
    readonly reason: string;
    /** The error that led to the refusal, if there is one. */
    readonly cause?: unknown;
    readonly connection: RealtimeConnection | null;
    /** Null if the request names no channel, or an unknown one. */
    readonly channel: ChannelAddress | null;
    /** The name of the channel as the client wrote it; null if it named none. A client can make it up. */
    readonly name: string | null;
    /** The name of the message as the client wrote it; null if it named none. A client can make it up. */
    readonly message: string | null;
    /** With `INTERNAL`, and where an authenticator or a connect guard failed: leads to the log line. */
    readonly correlationId?: string;
  };
  /**
   * A message on a subscribed channel was answered. `code` is null on success; `durationMs` excludes queueing. Meanwhile `hooks.cause` stands
   * for the message: it is the `cause` of what the handler sent by its context, or before its first await.
   */
  handled: OfConnection &
    OfChannel & { readonly message: string; readonly code: string | null; readonly durationMs: number };
  /** The queue of a slow client is full: the client was disconnected, or an event was dropped. `channel` is null if replies filled the queue. */
  overflowed: OfConnection & {
    readonly channel: ChannelAddress | null;
    readonly policy: SlowConsumerPolicy;
    /** Bytes that wait for the client. */
    readonly queuedBytes: number;
  };
  /** A broadcast has passed gate 4 and is being sent. A broadcast to several channels is reported for each of them. */
  broadcast: OfChannel & {
    readonly event: string;
    /** As it is sent, stripped to its schema. */
    readonly payload: unknown;
    /** Size of the encoded payload, in bytes. */
    readonly payloadBytes: number;
    /** Connections of this node that it is sent to, over all channels of the broadcast. */
    readonly recipients: number;
    /**
     * What it results from: the domain event of a bridge entry, an object that stands for a message (`hooks.cause` in a listener of
     * `handled`), or what was passed to `causing()`. Null for any other broadcast.
     */
    readonly cause: object | null;
  };
  /** An entry of the bus bridge has handled a domain event; `error` is null unless that failed. */
  bridged: OfNode & {
    /** The domain event. It is the `cause` of the broadcasts that result from it. */
    readonly source: object;
    readonly descriptor: RealtimeChannelDescriptor;
    readonly event: string;
    /** The channels it was forwarded to; empty if the mapper skipped it. */
    readonly channels: readonly ChannelAddress[];
    readonly error: unknown;
  };
}

/** What the layer reports. Where it happened is added for those who listen. */
type Happenings = { readonly [Name in keyof RealtimeHookEvents]: Omit<RealtimeHookEvents[Name], 'nodeId'> };

/** All hooks. */
export const HOOKS = [
  'connected',
  'authenticated',
  'disconnected',
  'subscribed',
  'unsubscribed',
  'refused',
  'handled',
  'overflowed',
  'broadcast',
  'bridged',
] as const satisfies readonly (keyof RealtimeHookEvents)[];

/** The hooks that tell the story of a connection. */
const STORY: ReadonlySet<keyof RealtimeHookEvents> = new Set([
  'connected',
  'authenticated',
  'subscribed',
  'unsubscribed',
  'disconnected',
] as const);

type Listener<Name extends keyof RealtimeHookEvents> = (event: RealtimeHookEvents[Name]) => unknown;

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
  /** What listeners have caused and others are still to hear of; null unless a story is told now. */
  private untold: (() => void)[] | null = null;
  private readonly nodeId: string;

  constructor({ nodeId }: RealtimeOptions = new RealtimeOptions()) {
    this.nodeId = nodeId;
  }

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

  /**
   * Calls every listener. The event is created only if there are listeners. What a listener causes, such as the end of the connection, is told
   * once all have heard of what came before: else the later ones would hear of the end first.
   */
  emit<Name extends keyof RealtimeHookEvents, const Event extends Happenings[Name]>(
    name: Name,
    event: () => Event,
  ): void {
    const listeners = this.listeners.get(name) as Listener<Name>[] | undefined;
    if (listeners === undefined || listeners.length === 0) return;
    const emitted = Object.assign(event(), { nodeId: this.nodeId }) as unknown as RealtimeHookEvents[Name];
    if (!STORY.has(name)) return this.call(name, listeners, emitted);
    if (this.untold !== null) return void this.untold.push(() => this.call(name, listeners, emitted));
    this.together(() => this.call(name, listeners, emitted));
  }

  /** Tells the story of a connection that `run` makes once it has returned: what a listener does finds all of it done. */
  together(run: () => void): void {
    if (this.untold !== null) return run();
    this.untold = [];
    try {
      run();
    } finally {
      for (const tell of this.untold) tell();
      this.untold = null;
    }
  }

  private call<Name extends keyof RealtimeHookEvents>(
    name: Name,
    listeners: readonly Listener<Name>[],
    event: RealtimeHookEvents[Name],
  ): void {
    for (const listener of listeners) {
      try {
        const heard = listener(event);
        if (isPromiseLike(heard)) heard.then(undefined, (error: unknown) => this.failed(name, error));
      } catch (error) {
        this.failed(name, error);
      }
    }
  }

  private failed(name: keyof RealtimeHookEvents, error: unknown): void {
    errorRepeated(this.logger, `A listener of the hook "${name}" threw`, error);
  }
}
