// How do events become `for await`?
import type { RealtimeError } from './realtime-error.js';

interface Taker<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: RealtimeError): void;
}

/** Keeps what came until it is asked for; there is no bound, so a loop must keep up. */
export class EventStream<T> implements AsyncIterableIterator<T, undefined> {
  private readonly kept: T[] = [];
  private readonly takers: Taker<T>[] = [];
  private ended = false;
  private error?: RealtimeError;

  /** @param onReturn called once when the loop is left early. */
  constructor(private readonly onReturn: () => void) {}

  push(value: T): void {
    if (this.ended) return;
    const taker = this.takers.shift();
    if (taker) taker.resolve({ done: false, value });
    else this.kept.push(value);
  }

  /** Ends the loop after what is kept; with an error, the loop throws it. */
  end(error?: RealtimeError): void {
    if (this.ended) return;
    this.ended = true;
    this.error = error;
    for (const taker of this.takers.splice(0)) this.finish(taker);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      if (this.kept.length > 0) resolve({ done: false, value: this.kept.shift()! });
      else if (this.ended) this.finish({ resolve, reject });
      else this.takers.push({ resolve, reject });
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.kept.length = 0;
    this.error = undefined;
    this.end();
    this.onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The error is thrown once; then the stream is merely over. */
  private finish(taker: Taker<T>): void {
    const { error } = this;
    this.error = undefined;
    if (error) taker.reject(error);
    else taker.resolve({ done: true, value: undefined });
  }
}
