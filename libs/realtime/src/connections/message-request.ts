// What is one inbound message to the layer? The request of gate 3, which its handler sees as a `RealtimeContext`.
import type { ChannelAddress } from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { TraceCarrier } from '../instrumentation/realtime.tracer.js';
import { RealtimeException, type RealtimeExceptionOptions } from '../realtime.exception.js';
import type { ChannelMatch } from './channel-match.js';
import type { LiveConnection } from './live.connection.js';
import type { RealtimeConnection } from './realtime.connection.js';
import type { RealtimeContext } from './realtime-context.js';
import { RealtimeRequest } from './realtime-request.js';

/** A message as a client sent it. */
export interface InboundMessage {
  /** Concrete name of the channel. */
  readonly channel: string;
  /** Name of the message. */
  readonly message: string;
  readonly payload: unknown;
  /** Trace context from the client, not validated yet. */
  readonly trace?: TraceCarrier;
}

/** Sends what a handler broadcasts or sends, through the broadcaster. */
export interface HandlerVoice {
  broadcast(connectionId: string, channel: ChannelAddress, rest: readonly unknown[]): Promise<void>;
  send(connectionId: string, channel: ChannelAddress, event: string, payload: unknown): Promise<void>;
}

/** Makes a message the cause of the broadcasts that result from it, while there are listeners who want to know. */
export interface MessageCauses {
  hears(hook: 'broadcast'): boolean;
  causing<Result>(cause: object, run: () => Result): Result;
}

/** Checks that messages in progress may continue. */
export interface MessageAuthority {
  readonly voice: HandlerVoice;
  readonly causes?: MessageCauses;
  /** Records revocations that concern the message, from now on until it ends. */
  watch(request: MessageRequest): void;
  /**
   * Whether the handler may begin; call it in the tick in which the handler would begin. False if rights have changed since the guards
   * ran: then they must run again.
   *
   * @throws RealtimeException if the sender has lost the right to send.
   */
  confirm(request: MessageRequest): boolean;
  /** Why the message may no longer broadcast; null while it may. */
  objection(request: MessageRequest): RealtimeException | null;
}

/** Gate 3: one message. */
export class MessageRequest extends RealtimeRequest {
  readonly gate = 'message';
  /** The time of the ledger's clock since which the message is watched. */
  since = 0;
  private watched = false;
  private controller: AbortController | null = null;
  private abortReason: Error | null = null;

  /** `match` is null if the connection is not subscribed to the channel. */
  constructor(
    readonly live: LiveConnection,
    private readonly inbound: InboundMessage,
    readonly match: ChannelMatch | null,
    private readonly authority: MessageAuthority,
  ) {
    super();
  }

  get channelName(): string {
    return this.inbound.channel;
  }

  override get message(): string {
    return this.inbound.message;
  }

  get payload(): unknown {
    return this.inbound.payload;
  }

  /** Trace context from the client, not validated yet. */
  get trace(): TraceCarrier | undefined {
    return this.inbound.trace;
  }

  override get connection(): RealtimeConnection {
    return this.live.view;
  }

  get connectionId(): string {
    return this.live.id;
  }

  override get user(): RealtimeUser | null {
    return this.live.user;
  }

  get userId(): string | null {
    return this.live.user?.userId ?? null;
  }

  get roles(): readonly string[] {
    return this.live.user?.roles ?? NO_ROLES;
  }

  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController();
      if (this.abortReason !== null) this.controller.abort(this.abortReason);
    }
    return this.controller.signal;
  }

  broadcast(...event: readonly unknown[]): Promise<void> {
    const objection = this.authority.objection(this);
    if (objection !== null) return Promise.reject(objection);
    const { voice, causes } = this.authority;
    if (!causes?.hears('broadcast')) return voice.broadcast(this.live.id, this.channel!, event);
    return causes.causing(this, () => voice.broadcast(this.live.id, this.channel!, event));
  }

  send(event: string, payload?: unknown): Promise<void> {
    const objection = this.authority.objection(this);
    if (objection !== null) return Promise.reject(objection);
    const { voice, causes } = this.authority;
    if (!causes?.hears('broadcast')) return voice.send(this.live.id, this.channel!, event, payload);
    return causes.causing(this, () => voice.send(this.live.id, this.channel!, event, payload));
  }

  /** Whether a listener wants to know which broadcasts result from the message. */
  get isFollowed(): boolean {
    return this.authority.causes?.hears('broadcast') ?? false;
  }

  /** Calls the handler: what it broadcasts before its first await results from this message. */
  start(handler: () => unknown): unknown {
    return this.isFollowed ? this.authority.causes!.causing(this, handler) : handler();
  }

  refusal(code: string, options: RealtimeExceptionOptions = {}): RealtimeException {
    return new RealtimeException(code, options);
  }

  /** Aborts the handler's `signal`. Only the first reason counts. */
  abort(reason: Error): void {
    if (this.abortReason !== null) return;
    this.abortReason = reason;
    this.controller?.abort(reason);
  }

  /** Why the message was aborted; null if it was not. */
  get aborted(): Error | null {
    return this.abortReason;
  }

  /** Call it in the tick in which the message begins to wait. `mayBegin` detects changes of rights from then on. */
  wait(): void {
    if (this.watched) return;
    this.watched = true;
    this.authority.watch(this);
  }

  /** Whether the message has waited, so that revocations that concern it are recorded. */
  get hasWaited(): boolean {
    return this.watched;
  }

  /** See `MessageAuthority.confirm`. A message that never waited was checked in this tick. */
  mayBegin(): boolean {
    return !this.watched || this.authority.confirm(this);
  }
}

/** The message as its handler sees it. Its type says less, so that a handler cannot use what is not for it. */
export function contextOf(request: MessageRequest): RealtimeContext {
  return request as unknown as RealtimeContext;
}

const NO_ROLES: readonly string[] = Object.freeze([]);
