// How does an open connection get fresh credentials? From `auth()`, before the old ones expire or when `authenticate()` is called.
import {
  type AuthenticateReply,
  type Credentials,
  type ExpiringFrame,
  FRAMES,
  type PublicUser,
} from '@nestjs-realtime/contract';
import { type Backoff, backoff } from './backoff.js';
import type { ResolvedOptions } from './client-options.js';
import type { ConnectionStatus } from './connection-status.js';
import type { AuthBounds, AuthReason, CredentialSource } from './credentials.js';
import { pending, type WaitOptions } from './pending.js';
import { closedHere, type RealtimeError } from './realtime-error.js';
import type { Link } from './requests.js';

/** So that credentials that cannot be renewed are not asked for more and more often. */
const SHORTEST_MS = 100;

/** For so long, credentials that are about to expire have lived short. */
const NEW_MS = 1_000;

/** The connection that is renewed. */
export interface Renewed {
  /** Set while it is open. */
  readonly link: Link | undefined;
  readonly user: PublicUser | null;
  readonly status: ConnectionStatus;
  connect(): void;
  /** Resolves once it is open. */
  opened(options: WaitOptions): Promise<void>;
  /** The server has taken the credentials. */
  accept(user: PublicUser | null): void;
  /**
   * Connects with these credentials, if the next attempt has none yet.
   * @param why the server's refusal to take them over the open connection.
   * @returns the user once it is connected.
   */
  carry(credentials: Credentials, why?: RealtimeError): Promise<PublicUser | null>;
}

export class Renewals {
  /** When the credentials expire, in milliseconds since 1970. */
  private expiresAt = NaN;
  /** Set while they are renewed because they expire. */
  private next?: Backoff | undefined;
  private timer?: ReturnType<typeof setTimeout>;
  private renewedAt = 0;

  constructor(
    private readonly options: ResolvedOptions,
    private readonly source: CredentialSource,
    private readonly connection: Renewed,
  ) {}

  /** If no renewal succeeds, the server closes the connection when the credentials expire. */
  expiring(frame: Partial<ExpiringFrame> | undefined): void {
    this.expiresAt = Date.parse(frame?.expiresAt ?? '');
    if (!this.next) this.plan();
  }

  /** The connection is lost. */
  stop(): void {
    clearTimeout(this.timer);
    this.next = undefined;
    this.renewedAt = 0;
  }

  /**
   * Where the connection has failed, connects: a login may follow a refusal. Without a timeout, people may take their time: then only the
   * wait for a connection and for the server's answer are bounded.
   */
  authenticate({ timeout, signal }: WaitOptions): Promise<PublicUser | null> {
    const { connection, options } = this;
    return pending<PublicUser | null>({ timeout, signal }, ({ resolve, reject }, onEnd) => {
      const controller = new AbortController();
      onEnd(() => controller.abort());
      const bounds = { signal: controller.signal };
      const hasFailed = connection.status.state === 'failed';
      if (hasFailed) connection.connect();
      connection
        .opened({ timeout: hasFailed ? undefined : options.requestTimeout, ...bounds })
        .then(() => (hasFailed ? connection.user : this.renew('authenticate', bounds)))
        .then(resolve, reject);
    });
  }

  /** Sends fresh credentials over the open connection. Where the server cannot take them there, connects again with them. */
  private async renew(reason: AuthReason, bounds: AuthBounds): Promise<PublicUser | null> {
    const { options, connection } = this;
    const { link } = connection;
    const credentials = await this.source.fetch(reason, bounds);
    if (bounds.signal?.aborted) throw closedHere();
    if (!link || link !== connection.link) return connection.carry(credentials);
    try {
      return await this.send(link, credentials);
    } catch (error) {
      const refusal = error as RealtimeError;
      const isBad = refusal.code === 'UNAUTHENTICATED';
      // Cookies travel with a new connection only.
      const isEmpty = Object.keys(credentials).length === 0;
      if (isBad && !isEmpty && options.auth && reason !== 'refused') return this.renew('refused', bounds);
      const isOther = refusal.code === 'FORBIDDEN' && connection.user !== null;
      if (isOther || (isBad && isEmpty && reason === 'authenticate')) return connection.carry(credentials, refusal);
      throw refusal;
    }
  }

  private send(link: Link, credentials: Credentials): Promise<PublicUser | null> {
    const { expiresAt } = this;
    return new Promise((resolve, reject) => {
      link.ask(FRAMES.AUTHENTICATE, credentials, this.options.requestTimeout, (refusal, reply) => {
        if (refusal) return reject(refusal);
        const { user } = reply as AuthenticateReply;
        this.stop();
        this.renewedAt = Date.now();
        // The server may have said before its answer when these expire.
        if (expiresAt !== this.expiresAt && this.expiresAt > 0) this.plan();
        // Whether the caller still waits or not.
        this.connection.accept(user);
        resolve(user);
      });
    });
  }

  private plan(): void {
    const next = (this.next = backoff(this.options));
    // Where credentials live shorter than the server's notice, one renewal would follow the other.
    if (Date.now() - this.renewedAt > NEW_MS) return void this.refresh(next);
    this.timer = setTimeout(() => void this.refresh(next), this.beforeExpiry(this.options.connectTimeout));
  }

  private async refresh(next: Backoff): Promise<void> {
    try {
      await this.renew('expiring', { timeout: this.beforeExpiry(this.options.connectTimeout) });
    } catch (error) {
      if (next !== this.next) return;
      this.options.logger?.warn('Realtime credentials', error);
      const { retryable, retryAfterMs = 0 } = error as RealtimeError;
      if (retryable) {
        const delay = Math.max(retryAfterMs, this.beforeExpiry(next(retryAfterMs)));
        this.timer = setTimeout(() => void this.refresh(next), delay);
        return;
      }
    }
    if (next === this.next) this.next = undefined;
  }

  /** At most half of the time that is left, so that one more try fits in. A clock that is wrong shortens nothing. */
  private beforeExpiry(delay: number): number {
    const left = this.expiresAt - Date.now();
    return left > 0 ? Math.min(delay, Math.max(SHORTEST_MS, left / 2)) : delay;
  }
}
