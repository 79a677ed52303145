// Which HTTP request has caused a broadcast? Each request gets a span, which is the parent of every span within it.
import { Injectable, type NestMiddleware } from '@nestjs/common';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { NextFunction, Request, Response } from 'express';

@Injectable()
export class HttpTraceMiddleware implements NestMiddleware {
  private readonly tracer = trace.getTracer('demo');

  use(request: Request, response: Response, next: NextFunction): void {
    const { method } = request;
    const caller = propagation.extract(context.active(), request.headers);
    const options = { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } };
    const span = this.tracer.startSpan(method, options, caller);
    response.once('close', () => {
      // The pattern, which Express knows by now. Never the path: clients choose it, so it has no bound.
      const route = (request.route as { path: string } | undefined)?.path;
      if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
      span.setAttribute('http.response.status_code', response.statusCode);
      if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(trace.setSpan(caller, span), next);
  }
}
