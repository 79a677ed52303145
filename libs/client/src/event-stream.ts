// How do events become `for await`?
import type { RealtimeError } from './realtime-error.js';

interface Taker<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: RealtimeError): void;
}

/** Buffers events until the loop takes them. The buffer has no bound, so the loop must keep up. */
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

  /** Ends the loop after the buffered events; with an error, the loop then throws it. */
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

  /** Throws the error once; after that the stream is done. */
  private finish(taker: Taker<T>): void {
    const { error } = this;
    this.error = undefined;
    if (error) taker.reject(error);
    else taker.resolve({ done: true, value: undefined });
  }
}
