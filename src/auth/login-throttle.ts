// How often may somebody guess a password? A few times a minute, from one address and for one account; each process counts for itself.
import { Injectable } from '@nestjs/common';

const WINDOW_MS = 60_000;
const PER_ADDRESS = 20;
const PER_ACCOUNT = 5;
/** Names come from outside: the oldest is forgotten when there are more. */
const MOST_KEYS = 10_000;

interface Window {
  left: number;
  readonly endsAt: number;
}

class Attempts {
  /** In the order of their ends, since all windows are equally long. */
  private readonly windows = new Map<string, Window>();

  constructor(private readonly limit: number) {}

  /** @returns 0 when the attempt is counted, else the milliseconds until there is another. */
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
   * Counts an attempt before its password is looked at, so that many at once are as many.
   *
   * @returns 0 when it may go on, else the seconds until the next may.
   */
  take(address: string, userId: string): number {
    const now = performance.now();
    // An address that has had its share cannot use up that of an account.
    return Math.ceil((this.addresses.take(address, now) || this.accounts.take(userId, now)) / 1_000);
  }

  /** The password was right: this was no guess. */
  giveBack(address: string, userId: string): void {
    this.addresses.giveBack(address);
    this.accounts.giveBack(userId);
  }
}
