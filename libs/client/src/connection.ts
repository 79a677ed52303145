// Is the client connected, and what happens when it is not? The state machine of its connection.
import { type EvictedFrame, FRAMES, PROTOCOL_VERSION, type PublicUser } from '@nestjs-realtime/contract';
import { Backoff } from './backoff.js';
import type { RealtimeClientOptions } from './client-options.js';
import { type FrameHandlers, openTransport, type Transport } from './client-transport.js';
import type { ConnectionStatus } from './connection-status.js';
import { CredentialRefresh, fetchCredentials } from './credentials.js';
import { Listeners } from './listeners.js';
import { closedHere, RealtimeError, timedOut } from './realtime-error.js';
import { type Link, Requests } from './requests.js';

/** After a connection that lasted this long, the next retry starts from the shortest delay. */
const STABLE_AFTER_MS = 5_000;

/** What a connection reports to the subscriptions. */
export interface ConnectionObserver {
  /** Frames can be sent over this link until `lost`. */
  connected(link: Link): void;
  lost(): void;
  /** With a reason, the client makes no further attempt by itself; without, it goes on. */
  halted(reason?: RealtimeError): void;
  event(channel: string, event: string, payload: unknown): void;
  evicted(frame: EvictedFrame): void;
}

export class Connection {
  status: ConnectionStatus = { state: 'disconnected' };
  user: PublicUser | null = null;
  readonly changes = new Listeners<ConnectionStatus>();

  private readonly backoff: Backoff;
  private readonly refresh: CredentialRefresh;
  /** The current attempt, or the connection it led to. Callbacks of an older one are ignored. */
  private attempt?: object;
  private transport?: Transport;
  private requests?: Requests;
  private welcomedAt?: number;
  private goodbye?: RealtimeError;
  /** Ends the attempt, or starts the next one. */
  private timer?: ReturnType<typeof setTimeout>;

  constructor(
    private readonly options: RealtimeClientOptions,
    private readonly observer: ConnectionObserver,
  ) {
    this.backoff = new Backoff(options);
    this.refresh = new CredentialRefresh(options, (user) => (this.user = user));
  }

  connect(): void {
    if (this.attempt) return;
    if (this.status.state !== 'reconnecting') this.backoff.reset();
    this.observer.halted();
    this.open();
  }

  disconnect(): void {
    this.halt('disconnected', closedHere());
  }

  private open(): void {
    clearTimeout(this.timer);
    const attempt = (this.attempt = {});
    this.timer = setTimeout(() => this.lose(timedOut()), this.options.connectTimeout);
    if (this.status.state !== 'reconnecting') this.enter({ state: 'connecting' });
    fetchCredentials(this.options).then(
      (credentials) => {
        if (attempt !== this.attempt) return;
        this.transport = openTransport(this.options, credentials, this.handlers, (reason) => this.lose(reason));
      },
      (reason: RealtimeError) => {
        if (attempt === this.attempt) this.lose(reason);
      },
    );
  }

  private readonly handlers: FrameHandlers = {
    [FRAMES.WELCOME]: ({ protocol, user }) => {
      if ((protocol as number) !== PROTOCOL_VERSION) {
        const message = `This client speaks version ${PROTOCOL_VERSION} of the protocol, the server another; update the older one.`;
        return this.lose(new RealtimeError('PROTOCOL_MISMATCH', message));
      }
      clearTimeout(this.timer);
      this.welcomedAt = Date.now();
      this.user = user;
      const requests = (this.requests = new Requests(this.transport!));
      this.enter({ state: 'connected' }, () => this.observer.connected(requests));
    },
    [FRAMES.EVENT]: (channel, event, payload) => this.observer.event(channel, event, payload),
    [FRAMES.EVICTED]: (frame) => this.observer.evicted(frame),
    [FRAMES.EXPIRING]: () => this.refresh.start(this.requests!),
    // The server closes the connection once it has answered what is pending; until then only the reason is kept.
    [FRAMES.BYE]: ({ code, reconnect, retryAfterMs }) => {
      this.goodbye = new RealtimeError(code, 'The server closed the connection.', {
        retryable: reconnect,
        retryAfterMs,
      });
    },
  };

  /** The connection was lost or the attempt failed, without a call of `disconnect()`. */
  private lose(how: RealtimeError): void {
    const reason = this.goodbye ?? how;
    if (!reason.retryable) return this.halt('failed', reason);
    if (this.welcomedAt && Date.now() - this.welcomedAt > STABLE_AFTER_MS) this.backoff.reset();
    const settle = this.release(reason);
    this.timer = setTimeout(() => this.open(), this.backoff.next(reason.retryAfterMs));
    this.enter({ state: 'reconnecting', reason }, settle);
  }

  private halt(state: 'disconnected' | 'failed', reason: RealtimeError): void {
    const settle = this.release(reason);
    this.user = null;
    this.enter(state === 'failed' ? { state, reason } : { state }, () => {
      settle();
      this.observer.halted(reason);
    });
  }

  /** Drops the attempt or the connection. @returns a function that notifies what depended on it. */
  private release(reason: RealtimeError): () => void {
    const { transport, requests } = this;
    this.attempt = this.transport = this.requests = this.welcomedAt = this.goodbye = undefined;
    clearTimeout(this.timer);
    this.refresh.stop();
    transport?.close();
    return () => {
      this.observer.lost();
      requests?.fail(reason.code === 'CLOSED' ? reason : disconnected(reason));
    };
  }

  /** Sets the new state before any listener runs, because a listener may call `connect()` or `disconnect()`. */
  private enter(status: ConnectionStatus, notify?: () => void): void {
    const before = this.status;
    this.status = status;
    notify?.();
    const changed = before.state !== status.state || before.reason !== status.reason;
    if (changed) this.changes.emit(status, () => this.status === status);
  }
}

function disconnected(cause: RealtimeError): RealtimeError {
  return new RealtimeError('DISCONNECTED', 'The connection was lost before the answer came.', {
    retryable: true,
    cause,
  });
}
