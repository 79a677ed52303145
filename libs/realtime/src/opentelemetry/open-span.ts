// When does a span end? Once, whichever comes first: its work, or the signal that nobody waits for it any more.
import type { Attributes, Span } from '@opentelemetry/api';
import { RealtimeException } from '../realtime.exception.js';
import { recordError } from './span-error.js';

export class OpenSpan {
  private ended = false;

  constructor(
    private readonly span: Span,
    private readonly report: (error: unknown, attributes: Attributes) => void,
  ) {}

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.span.end();
  }

  fail(error: unknown): void {
    if (this.ended) return;
    const accident = recordError(this.span, error);
    if (accident !== null) this.report(accident.error, accident.attributes);
    this.end();
  }

  endWith(signal: AbortSignal): void {
    if (signal.aborted) this.abandon(signal);
    else signal.addEventListener('abort', () => this.abandon(signal), { once: true });
  }

  private abandon({ reason }: AbortSignal): void {
    if (reason instanceof RealtimeException) return this.fail(reason);
    // The client has gone: nobody failed, and nobody will be answered.
    if (!this.ended) this.span.addEvent('realtime.abandoned');
    this.end();
  }
}
