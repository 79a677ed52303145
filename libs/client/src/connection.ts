// Is the client connected, and what happens when it is not? The state machine of its connection.
import {
  type AuthenticateReply,
  FRAMES,
  PROTOCOL_VERSION,
  type PublicUser,
  type WelcomeFrame,
} from '@nestjs-realtime/contract';
import type { Attempt } from './attempt.js';
import { type Backoff, backoff } from './backoff.js';
import type { ResolvedOptions } from './client-options.js';
import { type FrameHandlers, openTransport } from './client-transport.js';
import type { ConnectionObserver } from './connection-observer.js';
import type { ConnectionStatus } from './connection-status.js';
import { type AuthReason, type AuthRequest, fetchCredentials } from './credentials.js';
import { Listeners, type Off } from './listeners.js';
import { pending, type Settle, type WaitOptions } from './pending.js';
import { closedHere, disconnected, RealtimeError, timedOut } from './realtime-error.js';
import { type Link, requestsOver } from './requests.js';

/** After a connection that lasted this long, the next retry starts from the shortest delay. */
const STABLE_AFTER_MS = 5_000;
const LOG_LEVELS: Readonly<Record<string, 'error' | 'warn'>> = { failed: 'error', reconnecting: 'warn' };
const NO_HEADERS: Readonly<Record<string, string>> = {};

export class Connection {
  status: ConnectionStatus = { state: 'disconnected' };
  user: PublicUser | null = null;
  private readonly changes = new Listeners<ConnectionStatus>();
  private backoff: Backoff;
  private attempt: Attempt | undefined;
  private authReason: AuthReason = 'connect';
  /** Ends the attempt, starts the next one, or renews credentials again. */
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly options: ResolvedOptions,
    private readonly observer: ConnectionObserver,
  ) {
    this.backoff = backoff(options);
  }

  /** Headers that name this connection in requests of the page. */
  get callerHeaders(): Readonly<Record<string, string>> {
    return this.attempt?.callerHeaders ?? NO_HEADERS;
  }

  onStatus(listener: (status: ConnectionStatus) => void): Off {
    return this.changes.add(listener);
  }

  /** @throws RealtimeError after `close()`. */
  connect(): void {
    if (this.status.state === 'closed') throw closedHere();
    if (this.attempt) return;
    if (this.status.state !== 'reconnecting') this.backoff = backoff(this.options);
    this.authReason = 'connect';
    this.observer.halted();
    this.open();
  }

  disconnect(): void {
    this.stop('disconnected');
  }

  async close(): Promise<void> {
    const closed = this.attempt?.transport?.closed;
    this.stop('closed');
    await closed;
  }

  /** Starts the work once the connection is open. */
  opened<T>(options: WaitOptions, start: (link: Link, settle: Settle<T>, signal: AbortSignal) => void): Promise<T> {
    return pending<T>(options, (settle, onEnd) => {
      const controller = new AbortController();
      onEnd(() => controller.abort());
      const look = (): void => {
        const link = this.attempt?.requests;
        if (!link && !this.observer.stopped) return;
        off();
        if (link) start(link, settle, controller.signal);
        else settle.reject(this.observer.stopped);
      };
      const off = this.changes.add(look);
      onEnd(off);
      look();
    });
  }

  authenticate({ timeout = this.options.requestTimeout, signal }: WaitOptions): Promise<PublicUser | null> {
    return this.opened({ timeout, signal }, (link, { resolve, reject }, ended) => {
      void this.renew({ signal: ended, reason: 'authenticate' }, link).then(resolve, reject);
    });
  }

  /** Sends fresh credentials over the open connection. */
  private async renew(request: AuthRequest, link: Link): Promise<PublicUser | null> {
    const credentials = await fetchCredentials(this.options, request);
    return new Promise((resolve, reject) => {
      if (request.signal.aborted) return reject(request.signal.reason as Error);
      link.ask(FRAMES.AUTHENTICATE, credentials, this.options.requestTimeout, (refusal, reply) => {
        if (refusal) return reject(refusal);
        const { user } = reply as AuthenticateReply;
        this.accept(user);
        resolve(user);
      });
    });
  }

  /** The server has other facts about the user now, whether the caller still waits for them or not. */
  private accept(user: PublicUser | null): void {
    const { status } = this;
    this.user = user;
    if (status.state === 'connected' && JSON.stringify(status.user) !== JSON.stringify(user))
      this.enter({ ...status, user });
  }

  /** If this fails for good, the server closes the connection when the credentials expire. */
  private async refresh(attempt: Attempt, next: Backoff): Promise<void> {
    attempt.refreshing = true;
    try {
      await this.renew({ signal: attempt.controller.signal, reason: 'expiring' }, attempt.requests!);
    } catch (error) {
      const { retryable, retryAfterMs } = error as RealtimeError;
      if (retryable && attempt === this.attempt) {
        this.timer = setTimeout(() => void this.refresh(attempt, next), next(retryAfterMs));
        return;
      }
    }
    attempt.refreshing = false;
  }

  private open(): void {
    clearTimeout(this.timer);
    const attempt: Attempt = (this.attempt = { controller: new AbortController() });
    this.timer = setTimeout(() => this.lose(timedOut()), this.options.connectTimeout);
    if (this.status.state !== 'reconnecting') this.enter({ state: 'connecting' });
    const { signal } = attempt.controller;
    fetchCredentials(this.options, { signal, reason: this.authReason }).then(
      (credentials) => {
        if (attempt !== this.attempt) return;
        const refused = (reason: RealtimeError): void => this.refused(reason);
        attempt.transport = openTransport(this.options, credentials, this.handlersOf(attempt), refused);
      },
      (reason: RealtimeError) => {
        if (attempt === this.attempt) this.lose(reason);
      },
    );
  }

  private handlersOf(attempt: Attempt): FrameHandlers {
    return {
      ...this.observer.handlers,
      [FRAMES.WELCOME]: (frame) => this.welcomed(attempt, frame),
      [FRAMES.EXPIRING]: () => {
        if (!attempt.refreshing) void this.refresh(attempt, backoff(this.options));
      },
      // The server closes the connection once it has answered what is pending; until then only the reason is kept.
      [FRAMES.BYE]: ({ code, reconnect, retryAfterMs }) => {
        attempt.goodbye = new RealtimeError(code, 'The server closed the connection.', {
          retryable: reconnect,
          retryAfterMs,
        });
      },
    };
  }

  private welcomed(attempt: Attempt, { protocol, connectionId, user }: WelcomeFrame): void {
    if ((protocol as number) !== PROTOCOL_VERSION) {
      return this.lose(new RealtimeError('PROTOCOL_MISMATCH', 'The server speaks another version of the protocol.'));
    }
    clearTimeout(this.timer);
    attempt.welcomedAt = Date.now();
    const requests = (attempt.requests = requestsOver(attempt.transport!));
    this.authReason = 'connect';
    this.user = user;
    attempt.callerHeaders = { 'x-realtime-connection': connectionId };
    this.enter({ state: 'connected', connectionId, user }, () => this.observer.connected(requests));
  }

  /** The transport has closed. The application may give other credentials once, in case those refused were out of date. */
  private refused(reason: RealtimeError): void {
    if (reason.code !== 'UNAUTHENTICATED' || !this.options.auth || this.authReason === 'refused')
      return this.lose(reason);
    this.authReason = 'refused';
    this.retry(reason);
  }

  /** The connection was lost or the attempt failed, without a call of `disconnect()`. */
  private lose(how: RealtimeError): void {
    const reason = this.attempt?.goodbye ?? how;
    if (reason.retryable) this.retry(reason);
    else this.halt({ state: 'failed', reason }, reason);
  }

  private retry(reason: RealtimeError): void {
    if (Date.now() - (this.attempt?.welcomedAt ?? Infinity) > STABLE_AFTER_MS) this.backoff = backoff(this.options);
    const settle = this.release(reason);
    const delay = this.backoff(reason.retryAfterMs);
    this.timer = setTimeout(() => this.open(), delay);
    this.enter({ state: 'reconnecting', reason, retryAt: Date.now() + delay }, settle);
  }

  private stop(state: 'disconnected' | 'closed'): void {
    if (this.status.state !== 'closed') this.halt({ state }, closedHere());
  }

  private halt(status: ConnectionStatus, reason: RealtimeError): void {
    const settle = this.release(reason);
    this.user = null;
    this.enter(status, () => {
      // First, because what is notified of the loss may connect again.
      this.observer.halted(reason, status.state === 'closed');
      settle();
    });
  }

  /** Drops the attempt or the connection. @returns a function that notifies what depended on it. */
  private release(reason: RealtimeError): () => void {
    const { attempt } = this;
    this.attempt = undefined;
    clearTimeout(this.timer);
    attempt?.transport?.close();
    return () => {
      this.observer.lost();
      attempt?.requests?.fail(reason.code === 'CLOSED' ? reason : disconnected(reason));
      attempt?.controller.abort();
    };
  }

  /** Sets the new state before any listener runs, because a listener may call `connect()` or `disconnect()`. */
  private enter(status: ConnectionStatus, notify?: () => void): void {
    // A state without anything beside it is the same state as before.
    const changed = this.status.state !== status.state || Object.keys(status).length > 1;
    if (changed) this.status = status;
    const entered = this.status;
    notify?.();
    if (!changed) return;
    this.options.logger?.[LOG_LEVELS[status.state] ?? 'debug']('Realtime connection', status);
    this.changes.emit(entered, () => this.status === entered);
  }
}
