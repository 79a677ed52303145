// Which credentials does a connection use, and how are they renewed before they expire?
import { type AuthenticateReply, type Credentials, FRAMES, type PublicUser } from '@nestjs-realtime/contract';
import { Backoff } from './backoff.js';
import type { RealtimeClientOptions } from './client-options.js';
import { RealtimeError } from './realtime-error.js';
import type { Link } from './requests.js';

/** Fresh credentials from the application. @throws RealtimeError its own, or a retryable `UNAVAILABLE` around anything else. */
export async function fetchCredentials({ auth }: RealtimeClientOptions): Promise<Credentials> {
  try {
    return (await auth?.()) ?? {};
  } catch (cause) {
    if (cause instanceof RealtimeError) throw cause;
    throw new RealtimeError('UNAVAILABLE', 'auth() threw or rejected; `cause` has its error.', {
      retryable: true,
      cause,
    });
  }
}

/** Renews the credentials of an open connection. If that fails for good, the server closes the connection when they expire. */
export class CredentialRefresh {
  private readonly backoff: Backoff;
  private link?: Link;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(
    private readonly options: RealtimeClientOptions,
    private readonly accepted: (user: PublicUser | null) => void,
  ) {
    this.backoff = new Backoff(options);
  }

  start(link: Link): void {
    if (this.link) return;
    this.link = link;
    this.backoff.reset();
    void this.renew(link);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.link = undefined;
  }

  private async renew(link: Link): Promise<void> {
    const done = (refusal?: RealtimeError, reply?: unknown): void => {
      if (this.link !== link) return;
      if (refusal?.retryable) {
        this.timer = setTimeout(() => void this.renew(link), this.backoff.next(refusal.retryAfterMs));
        return;
      }
      this.link = undefined;
      if (!refusal) this.accepted((reply as AuthenticateReply).user);
    };
    try {
      const credentials = await fetchCredentials(this.options);
      if (this.link === link) link.ask(FRAMES.AUTHENTICATE, credentials, this.options.requestTimeout, done);
    } catch (error) {
      done(error as RealtimeError);
    }
  }
}
