// When does a span end? When its work ends or its signal aborts, whichever comes first.
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
    const failure = recordError(this.span, error);
    if (failure !== null) this.report(failure.error, failure.attributes);
    this.end();
  }

  endWith(signal: AbortSignal): void {
    if (signal.aborted) this.abandon(signal);
    else signal.addEventListener('abort', () => this.abandon(signal), { once: true });
  }

  private abandon({ reason }: AbortSignal): void {
    if (reason instanceof RealtimeException) return this.fail(reason);
    // The client has disconnected: the work has not failed, and no answer will be sent.
    if (!this.ended) this.span.addEvent('realtime.abandoned');
    this.end();
  }
}
