// How often may a client guess a password? A few times a minute, from one address and for one account; each process counts for itself.
import { Injectable } from '@nestjs/common';

const WINDOW_MS = 60_000;
const PER_ADDRESS = 20;
const PER_ACCOUNT = 5;
/** Clients choose the user ids, so the number of keys is bounded: with more, the oldest is forgotten. */
const MOST_KEYS = 10_000;

interface Window {
  left: number;
  readonly endsAt: number;
}

class Attempts {
  /** Ordered by their ends, because all windows have the same length. */
  private readonly windows = new Map<string, Window>();

  constructor(private readonly limit: number) {}

  /** @returns 0 when the attempt is allowed, else the milliseconds until the next one is. */
  take(key: string, now: number): number {
    this.forget(now);
    const window = this.windows.get(key) ?? { left: this.limit, endsAt: now + WINDOW_MS };
    if (window.left === 0) return window.endsAt - now;
    window.left--;
    this.windows.set(key, window);
    return 0;
  }

  giveBack(key: string): void {
    const window = this.windows.get(key);
    if (window && window.left < this.limit) window.left++;
  }

  private forget(now: number): void {
    for (const [key, { endsAt }] of this.windows) {
      if (endsAt > now && this.windows.size < MOST_KEYS) return;
      this.windows.delete(key);
    }
  }
}

@Injectable()
export class LoginThrottle {
  private readonly addresses = new Attempts(PER_ADDRESS);
  private readonly accounts = new Attempts(PER_ACCOUNT);

  /**
   * Counts an attempt before its password is checked, so that concurrent attempts count too.
   *
   * @returns 0 when the attempt is allowed, else the seconds until the next one is.
   */
  take(address: string, userId: string): number {
    const now = performance.now();
    // An address over its limit does not use up the limit of an account.
    return Math.ceil((this.addresses.take(address, now) || this.accounts.take(userId, now)) / 1_000);
  }

  /** Takes an attempt back: the password was right. */
  giveBack(address: string, userId: string): void {
    this.addresses.giveBack(address);
    this.accounts.giveBack(userId);
  }
}
