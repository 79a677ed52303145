// When does the server take one more request? The client counts along with the server's token bucket, and never expects more than is in it.
import type { ConnectionLimits } from '@nestjs-realtime/contract';
import { MAX_TIMER_MS } from './pending.js';

/** A request without an answer for so long has arrived all the same. */
const ARRIVED_AFTER_MS = 1_000;
/** Clocks differ. */
const CAUTION = 0.99;

type Go = () => void;

/**
 * A bucket that is full loses what would flow in. So a request counts as taken out when its answer shows that it has arrived, or one behind
 * it; until then it is merely reserved. However long the network holds requests back, there is a token for each of them.
 */
export class Pace {
  /** Subscriptions and the like go first, so that they do not wait behind many messages. */
  private readonly waiting = [new Set<Go>(), new Set<Go>()] as const;
  private readonly perMs: number;
  private readonly burst: number;
  private tokens: number;
  private filledAt = performance.now();
  private sent = 0;
  private arrived = 0;
  private timer?: ReturnType<typeof setTimeout> | undefined;

  constructor({ messagesPerSecond, messageBurst }: ConnectionLimits) {
    this.perMs = (messagesPerSecond * CAUTION) / 1_000;
    this.tokens = this.burst = messageBurst;
  }

  /** Calls `go` once a request may be sent, at once if one may now. @returns a function that stops waiting. */
  enter(go: Go, isMessage: boolean): () => void {
    const waiting = this.waiting[Number(isMessage)];
    waiting.add(go);
    if (this.timer === undefined) this.flush();
    return () => void waiting.delete(go);
  }

  /** @returns what to call when it is answered. */
  spend(): () => void {
    const number = ++this.sent;
    return () => this.confirm(number);
  }

  /** Nothing more is sent. @returns the messages that have waited. */
  stop(): Go[] {
    clearTimeout(this.timer);
    return [...this.waiting[1]];
  }

  /** All requests up to this one have arrived. */
  private confirm(number: number): void {
    const more = number - this.arrived;
    if (more <= 0) return;
    this.fill();
    this.tokens -= more;
    this.arrived = number;
    clearTimeout(this.timer);
    this.flush();
  }

  private fill(): void {
    const now = performance.now();
    this.tokens = Math.min(this.burst, this.tokens + (now - this.filledAt) * this.perMs);
    this.filledAt = now;
  }

  private flush(): void {
    this.timer = undefined;
    for (const waiting of this.waiting) {
      for (const go of waiting) {
        this.fill();
        const reserved = this.sent - this.arrived;
        const missing = 1 - (this.tokens - reserved);
        if (missing > 0)
          return this.wait(reserved > this.burst - 1, Math.min(MAX_TIMER_MS, Math.ceil(missing / this.perMs)));
        waiting.delete(go);
        go();
      }
    }
  }

  /** @param isFull whether no more can be reserved until something has arrived. */
  private wait(isFull: boolean, delay: number): void {
    clearTimeout(this.timer);
    this.timer = isFull
      ? setTimeout(() => this.confirm(this.sent), ARRIVED_AFTER_MS)
      : setTimeout(() => this.flush(), delay);
  }
}
