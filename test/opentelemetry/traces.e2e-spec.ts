// Does one trace show which action caused which?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { createRealtimeClient } from '@nestjs-realtime/client';
import { closeApps, type TestApp } from '../kit/boot.js';
import type { Client, Reply } from '../kit/client.js';
import { Recorder } from './recorder.js';
import { bootTraced, FAILURE, renewGate, reports, roomChannel } from './traced-app.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const traceparent = `00-${TRACE}-${CALLER}-01`;
const MESSAGE = 'realtime-message rooms.{roomId}';
const HANDLER = 'realtime-handler rooms.{roomId}';
const BROADCAST = 'realtime-broadcast rooms.{roomId} said';

const traceOf = (span: ReadableSpan) => span.spanContext().traceId;
const idOf = (span: ReadableSpan) => span.spanContext().spanId;

describe('traces', () => {
  let recorder: Recorder;
  let app: TestApp;
  let client: Client;

  beforeAll(async () => {
    recorder = new Recorder();
    app = await bootTraced({ requestTimeout: 300 });
  });
  beforeEach(async () => {
    client = await app.connect({ as: 'ann' });
    await client.subscribe('rooms.42');
    recorder.forget();
  });
  afterEach(() => app.hangUp());
  afterAll(async () => {
    await closeApps();
    await recorder.stop();
  });

  const send = (event: string, more: object = {}, payload: unknown = { text: 'hello' }): Promise<Reply> =>
    client.request('rt:message', { channel: 'rooms.42', event, payload, ...more });

  it("a trace leads from the client's span over the message, its gate and its handler to the broadcast", async () => {
    expect(await send('say', { traceparent, tracestate: 'vendor=1' })).toEqual({ ok: true });
    const message = await recorder.span(`${MESSAGE} say`);
    const [gate, handler, broadcast] = [
      await recorder.span('realtime-gate message'),
      await recorder.span(`${HANDLER} say`),
      await recorder.span(BROADCAST),
    ];
    expect([message, gate, handler, broadcast].map(traceOf)).toEqual([TRACE, TRACE, TRACE, TRACE]);
    expect(message.parentSpanContext).toMatchObject({ spanId: CALLER, isRemote: true });
    expect(message.spanContext().traceState?.serialize()).toBe('vendor=1');
    expect([gate, handler].map((span) => span.parentSpanContext?.spanId)).toEqual([idOf(message), idOf(message)]);
    expect(broadcast.parentSpanContext?.spanId).toBe(idOf(handler));
    expect([message, gate, handler, broadcast].map(({ kind }) => kind)).toEqual([
      SpanKind.SERVER,
      SpanKind.INTERNAL,
      SpanKind.INTERNAL,
      SpanKind.PRODUCER,
    ]);
    expect(handler.attributes).toEqual({
      'realtime.op': 'realtime-handler',
      'realtime.channel': 'rooms.{roomId}',
      'realtime.event': 'say',
    });
  });

  it('a trace leads from the page to connecting, by its auth object', async () => {
    await app.connect({ as: 'bob', auth: { traceparent } });
    const connect = await recorder.span('realtime-connect');
    expect(connect.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: CALLER });
    expect(connect.kind).toBe(SpanKind.SERVER);
  });

  it('a trace leads from our own client, which sends trace context for both', async () => {
    const auth = () => ({ token: 'bob', traceparent });
    const ours = createRealtimeClient({ url: app.url, auth });
    const room = ours.channel<typeof roomChannel>('rooms.{roomId}', { roomId: '42' });
    await room.send('say', { text: 'hello' }, { traceparent });
    ours.disconnect();
    const spans = [await recorder.span('realtime-connect'), await recorder.span(`${MESSAGE} say`)];
    expect(spans.map((span) => span.parentSpanContext?.spanId)).toEqual([CALLER, CALLER]);
  });

  it('a trace leads from an HTTP request to its broadcast', async () => {
    await fetch(`${app.url}/rooms/42/said`, { method: 'POST', headers: { traceparent } });
    const request = await recorder.span('POST /rooms/:roomId/said');
    const broadcast = await recorder.span(BROADCAST);
    expect([traceOf(request), traceOf(broadcast)]).toEqual([TRACE, TRACE]);
    expect(broadcast.parentSpanContext?.spanId).toBe(idOf(request));
    expect(request.attributes).toMatchObject({ 'http.route': '/rooms/:roomId/said', 'http.response.status_code': 201 });
  });

  it('a broadcast that waits for its turn stays in the trace of its caller', async () => {
    renewGate();
    await fetch(`${app.url}/rooms/42/turns`, { method: 'POST' });
    const request = await recorder.span('POST /rooms/:roomId/turns');
    const [first, second] = [
      await recorder.span('realtime-broadcast rooms.{roomId} slowly'),
      await recorder.span(BROADCAST),
    ];
    expect([first, second].map((span) => span.parentSpanContext?.spanId)).toEqual([idOf(request), idOf(request)]);
    expect(recorder.spans.indexOf(first)).toBeLessThan(recorder.spans.indexOf(second));
  });

  it('a trace begins again with every message that names none', async () => {
    await Promise.all([send('say'), send('say')]);
    const messages = recorder.spans.filter(({ name }) => name === `${MESSAGE} say`);
    expect(messages.map((span) => span.parentSpanContext)).toEqual([undefined, undefined]);
    expect(new Set(messages.map(traceOf)).size).toBe(2);
  });

  it('a subscribe appears by its template, and a renewal of subscriptions as work of our own', async () => {
    await client.subscribe('rooms.7');
    expect(await recorder.span('realtime-subscribe rooms.{roomId}')).toMatchObject({
      kind: SpanKind.SERVER,
      attributes: { 'realtime.channel': 'rooms.{roomId}' },
    });
    recorder.forget();
    await client.subscribe('nobody.knows');
    expect((await recorder.span('realtime-subscribe')).attributes).toMatchObject({ 'realtime.code': 'FORBIDDEN' });
    recorder.forget();
    await client.subscribe('rooms.7');
    expect(await recorder.span('realtime-subscribe rooms.{roomId}')).toMatchObject({ kind: SpanKind.INTERNAL });
  });

  it('an accident appears once, under the id that the client was given, and marks every span it passed', async () => {
    const { error } = await send('fail');
    const [id] = /[0-9a-f-]{36}$/.exec(error!.message)!;
    const handler = await recorder.span(`${HANDLER} fail`);
    const message = await recorder.span(`${MESSAGE} fail`);
    for (const span of [handler, message]) {
      expect(span.attributes).toMatchObject({ 'realtime.correlation_id': id, 'realtime.code': 'INTERNAL' });
      expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: FAILURE });
    }
    expect(handler.events).toMatchObject([
      { name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': FAILURE } },
    ]);
    expect(handler.events[0].attributes!['exception.stacktrace']).toContain('traced-app');
    expect(message.events).toEqual([]);
  });

  it('an error tracker finds the channel, the event and the log line', async () => {
    reports.length = 0;
    const { error } = await send('fail', { traceparent });
    await send('refuse');
    const attributes = {
      'realtime.op': 'realtime-handler',
      'realtime.channel': 'rooms.{roomId}',
      'realtime.event': 'fail',
      'realtime.code': 'INTERNAL',
      'realtime.correlation_id': /[0-9a-f-]{36}$/.exec(error!.message)![0],
    };
    await recorder.span(`${MESSAGE} refuse`);
    expect(reports).toEqual([{ error: new TypeError(FAILURE), attributes, traceId: TRACE }]);
  });

  it('a refusal is not reported as a failure', async () => {
    await send('refuse');
    await send('say', {}, { text: 1 });
    await send('enter', {}, { text: 'locked' });
    for (const [name, code] of [
      [`${HANDLER} enter`, 'ROOM_LOCKED'],
      [`${MESSAGE} enter`, 'ROOM_LOCKED'],
      [`${HANDLER} refuse`, 'FORBIDDEN'],
      [`${MESSAGE} refuse`, 'FORBIDDEN'],
      [`${MESSAGE} say`, 'INVALID_PAYLOAD'],
    ]) {
      const span = await recorder.span(name);
      expect(span.attributes['realtime.code']).toBe(code);
      expect([span.status.code, span.events]).toEqual([SpanStatusCode.UNSET, []]);
    }
  });

  it('a code that the message does not declare is reported as a failure', async () => {
    await send('enter', {}, { text: 'ANN' });
    for (const name of [`${HANDLER} enter`, `${MESSAGE} enter`]) {
      const span = await recorder.span(name);
      expect(span.attributes['realtime.code']).toBe('INTERNAL');
      expect(span.status.code).toBe(SpanStatusCode.ERROR);
    }
  });

  it('a wrong broadcast is reported as a failure of its caller', async () => {
    await expect(app.broadcast({ name: 'x' }, 'said', {})).rejects.toThrow();
    await expect(app.broadcast(roomChannel.with({ roomId: '42' }), 'said', { text: 1 })).rejects.toThrow();
    expect((await recorder.span(BROADCAST)).status.code).toBe(SpanStatusCode.ERROR);
  });

  it('a span ends with the answer, also where the handler continues', async () => {
    expect((await send('hang')).error?.code).toBe('TIMEOUT');
    const message = await recorder.span(`${MESSAGE} hang`);
    expect(message.attributes['realtime.code']).toBe('TIMEOUT');
    expect(message.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('a span ends with the connection, without a failure', async () => {
    void send('hang');
    await recorder.span('realtime-gate message');
    client.close();
    const message = await recorder.span(`${MESSAGE} hang`);
    expect(message.events.map(({ name }) => name)).toEqual(['realtime.abandoned']);
    expect(message.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('a span holds no name that a client made up, and no concrete channel', async () => {
    await send('made-up');
    await client.send('rooms.made-up', 'made-up');
    await client.subscribe('made-up.42');
    await client.subscribe('rooms.made-up');
    await recorder.span(MESSAGE);
    const text = JSON.stringify(recorder.spans.map(({ name, attributes, events }) => [name, attributes, events]));
    expect(text).not.toContain('made-up');
    expect(text).not.toContain('rooms.42');
  });
});
