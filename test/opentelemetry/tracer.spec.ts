// Does a span leave the code unchanged that runs in it?
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { RealtimeException } from 'nestjs-realtime';
import type { SpanOptions } from 'nestjs-realtime/adapters';
import { OpenTelemetryTracer } from 'nestjs-realtime/opentelemetry';
import { Recorder } from './recorder.js';

const SPAN: SpanOptions = { op: 'realtime-handler', name: 'work', attributes: { channel: 'rooms.{roomId}' } };

describe('OpenTelemetryTracer', () => {
  let recorder: Recorder;
  let tracer: OpenTelemetryTracer;

  beforeAll(() => {
    recorder = new Recorder();
    tracer = new OpenTelemetryTracer();
  });
  beforeEach(() => recorder.forget());
  afterAll(() => recorder.stop());

  it('returns the very result, a value or a promise, and ends when it is known', async () => {
    expect(tracer.span(SPAN, () => 7)).toBe(7);
    expect(recorder.spans).toHaveLength(1);
    let finish!: (value: string) => void;
    const promise = new Promise<string>((resolve) => (finish = resolve));
    expect(tracer.span(SPAN, () => promise)).toBe(promise);
    expect(recorder.spans).toHaveLength(1);
    finish('done');
    await promise;
    expect(recorder.spans).toHaveLength(2);
  });

  it.each([new TypeError('own'), 'a text', undefined, null, 10n, Symbol('s'), Object.create(null) as object])(
    'passes on any thrown value unchanged, and records it (case %#)',
    async (thrown) => {
      const fail = (): never => {
        throw thrown;
      };
      let caught: unknown = 'nothing';
      try {
        tracer.span(SPAN, fail);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBe(thrown);
      await expect(tracer.span(SPAN, async () => fail())).rejects.toBe(thrown);
      expect(recorder.spans.map(({ status, events }) => [status.code, events.length])).toEqual([
        [SpanStatusCode.ERROR, 1],
        [SpanStatusCode.ERROR, 1],
      ]);
    },
  );

  it('has the active span as parent of its own work, and never of what a client asks for', () => {
    trace.getTracer('test').startActiveSpan('outer', (outer) => {
      tracer.span(SPAN, () => undefined);
      tracer.span({ ...SPAN, kind: 'server' }, () => undefined);
      outer.end();
      const parents = recorder.spans.slice(0, 2).map((span) => span.parentSpanContext?.spanId);
      expect(parents).toEqual([outer.spanContext().spanId, undefined]);
    });
  });

  it('records the cause of an UNAVAILABLE, and does not count it as a failure', async () => {
    const cause = new Error('the session store is down');
    const refusal = new RealtimeException('UNAVAILABLE', { cause });
    await expect(tracer.span(SPAN, () => Promise.reject(refusal))).rejects.toBe(refusal);
    const [{ status, events }] = recorder.spans;
    expect(status.code).toBe(SpanStatusCode.UNSET);
    expect(events).toMatchObject([{ attributes: { 'exception.message': cause.message } }]);
  });
});
