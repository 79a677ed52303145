// Which credentials does a connection use, and why are they asked for? One call of `auth()` at a time.
import type { Credentials } from '@nestjs-realtime/contract';
import type { ResolvedOptions } from './client-options.js';
import { closedHere, RealtimeError, timedOut } from './realtime-error.js';

/**
 * Why the client asks for credentials:
 * - `connect`: before an attempt to connect.
 * - `refused`: the server has refused the last ones, with `UNAUTHENTICATED` or `EXPIRED`. Do not take them from a cache; after a second
 *   refusal the client stops.
 * - `expiring`: those of the open connection are about to expire, or have expired.
 * - `authenticate`: `authenticate()` was called.
 */
export type AuthReason = 'connect' | 'refused' | 'expiring' | 'authenticate';

/** What `auth()` is called with. */
export interface AuthRequest {
  /** Aborts when the client no longer waits for the credentials. Until then it makes no other call. */
  readonly signal: AbortSignal;
  readonly reason: AuthReason;
}

/** How long one call may take. */
export interface AuthBounds {
  /** Milliseconds; none while people may be asked to log in. */
  readonly timeout?: number | undefined;
  /** Ends the call as well, unless something else waits for it. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Why the application is asked for other credentials than those that the server has refused, or that it has closed an open connection for.
 * @returns undefined where others would change nothing.
 */
export function nextReason(before: AuthReason, code: string, wasOpen: boolean): AuthReason | undefined {
  if (wasOpen) return code === 'EXPIRED' ? 'expiring' : undefined;
  return before !== 'refused' && (code === 'EXPIRED' || code === 'UNAUTHENTICATED') ? 'refused' : undefined;
}

interface Call {
  readonly reason: AuthReason;
  /** How many wait for it. */
  users: number;
  readonly credentials: Promise<Credentials>;
  end(why: RealtimeError): void;
}

/** What JSON makes of a credential that is missing: of a promise and a function as well. */
const MISSING = [undefined, 'null', '""', '{}'];

/** Never has two calls of `auth()` under way: what needs credentials meanwhile gets those that the first call brings. */
export class CredentialSource {
  /** For the next attempt to connect, which then asks for none. */
  carried?: Credentials | undefined;
  private call?: Call | undefined;

  constructor(private readonly options: ResolvedOptions) {}

  /** For an attempt to connect: people may take their time to log in. */
  next(reason: AuthReason): Promise<Credentials> {
    const { carried = this.fetch(reason) } = this;
    this.carried = undefined;
    return Promise.resolve(carried);
  }

  /** @throws RealtimeError that of `auth()`, `TIMEOUT`, or `CLOSED` after `drop()`. */
  async fetch(reason: AuthReason, { timeout, signal }: AuthBounds = {}): Promise<Credentials> {
    // What was asked for before a login may not know of it.
    while (reason === 'authenticate' && this.call && this.call.reason !== reason)
      await this.call.credentials.catch(() => undefined);
    if (signal?.aborted) throw closedHere();
    const call = (this.call ??= this.begin(reason, timeout));
    call.users++;
    signal?.addEventListener('abort', () => {
      if (this.call === call && --call.users === 0) call.end(closedHere());
    });
    return call.credentials;
  }

  /** Nothing needs the credentials any more that are asked for now. @returns a function that ends the call. */
  drop(): () => void {
    const { call } = this;
    this.call = this.carried = undefined;
    return () => call?.end(closedHere());
  }

  private begin(reason: AuthReason, timeout?: number): Call {
    const controller = new AbortController();
    let reject!: (why: RealtimeError) => void;
    const late = (): void => {
      if (timeout) call.end(timedOut());
      else this.options.logger?.warn('Realtime credentials', 'auth() is pending.');
    };
    const timer = setTimeout(late, timeout ?? this.options.connectTimeout);
    const settled = (): void => {
      clearTimeout(timer);
      if (this.call === call) this.call = undefined;
    };
    const call: Call = {
      reason,
      users: 0,
      credentials: new Promise<Credentials>((resolve, refuse) => {
        reject = refuse;
        ask(this.options, { signal: controller.signal, reason }).then(resolve, refuse);
      }).finally(settled),
      end: (why) => {
        // First, because a listener of the signal may connect again.
        settled();
        reject(why);
        controller.abort();
      },
    };
    return call;
  }
}

/** Credentials from the application. @throws RealtimeError its own, or a retryable `UNAVAILABLE` around anything else. */
async function ask({ auth }: ResolvedOptions, request: AuthRequest): Promise<Credentials> {
  try {
    return checked((await auth?.(request)) ?? {});
  } catch (cause) {
    if (RealtimeError.is(cause)) throw cause;
    throw new RealtimeError('UNAVAILABLE', 'auth() threw or rejected; `cause` has its error.', {
      retryable: true,
      cause,
    });
  }
}

/** Without a check, the server would take the connection for an anonymous one. @throws RealtimeError where credentials are missing. */
function checked(given: object): Credentials {
  const isMissing = ([, value]: [string, unknown]): boolean => MISSING.includes(JSON.stringify(value));
  const fields = typeof given === 'object' ? Object.entries(given) : [['an object', undefined] as [string, unknown]];
  const missing = fields.filter(isMissing).map(([name]) => name);
  if (!missing.includes('token') && (missing.length < fields.length || fields.length === 0))
    return given as Credentials;
  const message = `auth() returned without ${missing.join(', ')}. Return undefined for an anonymous connection.`;
  throw new RealtimeError('UNAUTHENTICATED', message);
}
