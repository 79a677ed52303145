// Is the client connected, and what happens when it is not? The state machine of its connection.
import { type Credentials, FRAMES, type PublicUser, type WelcomeFrame } from '@nestjs-realtime/contract';
import type { Attempt } from './attempt.js';
import type { ResolvedOptions } from './client-options.js';
import type { FrameHandlers, OpenTransport } from './client-transport.js';
import { ConnectPace } from './connect-pace.js';
import type { ConnectionObserver } from './connection-observer.js';
import type { ConnectionStatus } from './connection-status.js';
import { type AuthReason, CredentialSource, nextReason } from './credentials.js';
import { Listeners, type Off } from './listeners.js';
import { pending, type WaitOptions } from './pending.js';
import { closedHere, disconnected, goodbyeOf, pageLeft, type RealtimeError, timedOut } from './realtime-error.js';
import { type Renewed, Renewals } from './renewals.js';
import { type Link, requestsOver } from './requests.js';
import { wakeUps } from './wake-ups.js';
import { welcomeFault } from './welcome-fault.js';

const LOG_LEVELS: Readonly<Record<string, 'error' | 'warn'>> = { failed: 'error', reconnecting: 'warn' };
const NO_HEADERS: Readonly<Record<string, string>> = {};

export class Connection implements Renewed {
  status: ConnectionStatus = { state: 'disconnected' };
  user: PublicUser | null = null;
  private readonly changes = new Listeners<ConnectionStatus>();
  private attempt: Attempt | undefined;
  private readonly pace: ConnectPace;
  private authReason: AuthReason = 'connect';
  private readonly source: CredentialSource;
  readonly renewals: Renewals;
  /** What the server has last said of the user, as JSON. */
  private facts: string | undefined;
  /** Ends the attempt or starts the next one. */
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly wakeUps = wakeUps(
    (isDue) => {
      if (this.attempt) this.attempt.transport?.look();
      else if (isDue) this.open();
    },
    () => void (this.attempt && this.retry(pageLeft(), this.options.maxRetryDelay)),
  );

  constructor(
    private readonly options: ResolvedOptions,
    private readonly observer: ConnectionObserver,
    private readonly openTransport: OpenTransport,
  ) {
    this.pace = new ConnectPace(options);
    this.source = new CredentialSource(options);
    this.renewals = new Renewals(options, this.source, this);
  }

  get link(): Link | undefined {
    return this.attempt?.requests;
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
    const { status, pace } = this;
    if (status.state === 'closed') throw closedHere();
    const isWaiting = status.state === 'reconnecting';
    const isHeld = pace.held > 0;
    if (this.attempt || (isWaiting && isHeld)) return;
    if (!isWaiting) pace.begin();
    this.authReason = 'connect';
    this.observer.halted();
    if (isHeld) this.openIn(pace.held, pace.reason!, true);
    else this.open(true);
  }

  disconnect(): void {
    this.stop('disconnected');
  }

  async close(): Promise<void> {
    const closed = this.attempt?.transport?.closed;
    this.stop('closed');
    await closed;
  }

  /** Resolves once the connection is open. @throws RealtimeError once the client no longer tries. */
  opened(options: WaitOptions): Promise<void> {
    return pending<void>(options, ({ resolve, reject }, onEnd) => {
      const look = (): void => {
        if (this.link) resolve();
        else if (this.observer.stopped) reject(this.observer.stopped);
      };
      onEnd(this.changes.add(look));
      look();
    });
  }

  accept(user: PublicUser | null): void {
    const { status } = this;
    const isOther = this.learn(user);
    if (status.state === 'connected' && isOther) this.enter({ ...status, user }, () => this.observer.regained());
    else this.observer.regained();
  }

  carry(credentials: Credentials, why?: RealtimeError): Promise<PublicUser | null> {
    const isOpen = why && this.link;
    if (isOpen || (this.status.state === 'reconnecting' && !this.attempt)) this.source.carried = credentials;
    if (isOpen) {
      this.facts = undefined;
      this.retry(why, 0);
    }
    return this.opened({}).then(() => this.user);
  }

  /** @returns whether these are other facts than before. */
  private learn(user: PublicUser | null): boolean {
    const facts = JSON.stringify(user);
    const isOther = facts !== this.facts;
    this.user = user;
    this.facts = facts;
    return isOther;
  }

  /** People may take their time to log in: the attempt begins once there are credentials. */
  private open(isAsked = false): void {
    clearTimeout(this.timer);
    this.wakeUps.listen();
    const attempt: Attempt = (this.attempt = { isAsked });
    if (this.status.state !== 'reconnecting') this.enter({ state: 'connecting' });
    if (attempt !== this.attempt) return;
    this.source.next(this.authReason).then(
      (credentials) => {
        if (attempt !== this.attempt) return;
        const late = (): void => this.lose(attempt.transport?.overdue() ?? timedOut());
        this.timer = setTimeout(late, this.options.connectTimeout);
        const refused = (reason: RealtimeError): void => this.refused(reason);
        attempt.transport = this.openTransport(this.options, credentials, this.handlersOf(attempt), refused);
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
      [FRAMES.EXPIRING]: (frame) => this.renewals.expiring(frame),
      // The server closes the connection once it has answered what is pending; until then only the reason is kept.
      [FRAMES.BYE]: (frame) => {
        attempt.goodbye = goodbyeOf(frame);
      },
    };
  }

  private welcomed(attempt: Attempt, frame: WelcomeFrame): void {
    const fault = welcomeFault(this.options, frame, this.user);
    if (fault) return this.lose(fault);
    const { connectionId, user, limits } = frame;
    clearTimeout(this.timer);
    attempt.welcomedAt = Date.now();
    const requests = (attempt.requests = requestsOver(attempt.transport!, limits));
    this.authReason = 'connect';
    attempt.callerHeaders = { 'x-realtime-connection': connectionId };
    const isOther = this.learn(user);
    this.enter({ state: 'connected', connectionId, user }, () => {
      if (isOther) this.observer.regained();
      if (attempt === this.attempt) this.observer.connected(requests);
    });
  }

  /** The transport has closed. Credentials that the server does not take may be out of date: the application may give others. */
  private refused(how: RealtimeError): void {
    const { goodbye: reason = how, welcomedAt } = this.attempt!;
    const next = this.options.auth && nextReason(this.authReason, reason.code, !!welcomedAt);
    if (!next) return this.lose(reason);
    this.authReason = next;
    this.retry(reason);
  }

  /** The connection was lost or the attempt failed, without a call of `disconnect()`. */
  private lose(how: RealtimeError): void {
    const reason = this.attempt?.goodbye ?? how;
    if (reason.retryable) this.retry(reason);
    else this.halt({ state: 'failed', reason }, reason);
  }

  private retry(reason: RealtimeError, delay?: number): void {
    const isDue = this.wakeUps.lost(reason, this.attempt?.welcomedAt);
    const settle = this.release(reason);
    this.openIn(delay ?? (isDue ? 0 : this.pace.next(reason.retryAfterMs)), reason, false, settle);
  }

  private openIn(delay: number, reason: RealtimeError, isAsked: boolean, settle?: () => void): void {
    this.timer = setTimeout(() => this.open(isAsked), delay);
    this.enter({ state: 'reconnecting', reason, retryAt: Date.now() + delay }, settle);
  }

  private stop(state: 'disconnected' | 'closed'): void {
    if (this.status.state !== 'closed') this.halt({ state }, closedHere());
  }

  private halt(status: ConnectionStatus, reason: RealtimeError): void {
    const settle = this.release(reason);
    this.wakeUps.rest();
    const drop = this.source.drop();
    this.user = null;
    // A login may follow.
    if (status.state === 'failed') this.facts = undefined;
    this.enter(status, () => {
      // First, because what is notified of the loss may connect again.
      this.observer.halted(reason, status.state === 'closed');
      settle();
      drop();
    });
  }

  /** Drops the attempt or the connection. @returns a function that notifies what depended on it. */
  private release(reason: RealtimeError): () => void {
    const { attempt } = this;
    this.attempt = undefined;
    clearTimeout(this.timer);
    this.renewals.stop();
    attempt?.transport?.close();
    if (attempt) this.pace.ended(attempt, reason);
    return () => {
      // First: messages that have not been sent wait for the next connection, before those that a listener sends now.
      const fail = attempt?.requests?.end(reason.code === 'CLOSED' ? reason : disconnected(reason));
      this.observer.lost();
      fail?.();
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
