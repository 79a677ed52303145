// How do events become `for await`?
import { abortReason } from './pending.js';
import { RealtimeError } from './realtime-error.js';

const DEFAULT_BUFFER = 10_000;

/** How many events wait for a loop, and what ends it. */
export interface EventsOptions {
  /** How many events may wait until the loop takes them; Infinity for any number. Default: 10,000. */
  readonly buffer?: number | undefined;
  /** If one more comes: `'error'` ends the loop with a RealtimeError `SLOW_CONSUMER`, `'drop-oldest'` goes on. Default `'error'`. */
  readonly overflow?: 'error' | 'drop-oldest' | undefined;
  /** Ends the loop at once, with the signal's reason, by default a `DOMException` named `AbortError`. */
  readonly signal?: AbortSignal | undefined;
}

interface Taker<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Buffers events until the loop takes them. What applications call needs no `this`: they may keep it behind a proxy. */
export class EventStream<T> implements AsyncIterableIterator<T> {
  private readonly buffer: number;
  private kept: T[] = [];
  private readonly takers: Taker<T>[] = [];
  private ended = false;
  /** What the loop throws at its end, if anything. */
  private readonly errors: unknown[] = [];

  /**
   * @param onEnd called once, when no further event is wanted.
   * @throws RangeError for a buffer that holds no event.
   */
  constructor(
    private readonly options: EventsOptions,
    private readonly onEnd: () => void,
  ) {
    const { buffer = DEFAULT_BUFFER, signal } = options;
    this.buffer = buffer;
    if (!(buffer >= 1)) throw new RangeError('buffer must be a number from 1.');
    signal?.addEventListener('abort', this.abort);
  }

  push(value: T): void {
    if (this.kept.length >= this.buffer) {
      if (this.options.overflow !== 'drop-oldest') {
        const message = `More than ${this.buffer} events waited for a loop.`;
        return this.end(new RealtimeError('SLOW_CONSUMER', message, { retryable: true }));
      }
      this.kept.shift();
    }
    this.kept.push(value);
    this.serve();
  }

  /** Ends the loop after the buffered events. With an error, the loop then throws it. */
  end(error?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    if (error !== undefined) this.errors.push(error);
    this.options.signal?.removeEventListener('abort', this.abort);
    this.onEnd();
    this.serve();
  }

  readonly next = (): Promise<IteratorResult<T, undefined>> =>
    new Promise((resolve, reject) => {
      this.takers.push({ resolve, reject });
      this.serve();
    });

  readonly return = (): Promise<IteratorResult<T, undefined>> => {
    this.end();
    this.kept = [];
    this.errors.pop();
    return this.next();
  };

  readonly [Symbol.asyncIterator] = (): this => this;

  private readonly abort = (): void => {
    this.kept = [];
    this.end(abortReason(this.options.signal!));
  };

  /** Gives each taker an event; after the last one the error, once; then the end. */
  private serve(): void {
    for (const { resolve, reject } of this.takers.splice(0, this.ended ? Infinity : this.kept.length)) {
      if (this.kept.length > 0) resolve({ done: false, value: this.kept.shift()! });
      else if (this.errors.length > 0) reject(this.errors.pop());
      else resolve({ done: true, value: undefined });
    }
  }
}
