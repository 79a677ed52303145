// What can a client do with trace context? Nothing but name a trace.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { propagation } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { Recorder } from './recorder.js';
import { bootTraced } from './traced-app.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const GOOD = `00-${TRACE}-b7ad6b7169203331-01`;

const MALFORMED: [why: string, traceparent: unknown][] = [
  ['nothing', ''],
  ['null', null],
  ['a number', 1],
  ['an array of a good one', [GOOD]],
  ['an object that looks like a text', { toString: 'x', length: 55 }],
  ['upper case', GOOD.toUpperCase()],
  ['a forbidden version', `ff${GOOD.slice(2)}`],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
  ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['a line break', `${GOOD}\n`],
  ['something in front', ` ${GOOD}`],
  ['more than 512 characters', `01${GOOD.slice(2)}-${'a'.repeat(512)}`],
  ['an expression that could run away', `00-${'0'.repeat(40_000)}`],
  ['a NUL', `${GOOD}\0`],
];

describe('trace context of a client', () => {
  let recorder: Recorder;
  let app: TestApp;
  let client: Client;

  beforeAll(async () => {
    recorder = new Recorder();
    app = await bootTraced({ limits: { messageBurst: 1_000 } });
    client = await app.connect({ as: 'ann' });
    await client.subscribe('rooms.42');
  });
  afterAll(async () => {
    await closeApps();
    await recorder.stop();
  });

  async function messageWith(trace: object) {
    recorder.forget();
    const frame = { channel: 'rooms.42', event: 'say', payload: { text: 'a' }, ...trace };
    expect(await client.request('rt:message', frame)).toEqual({ ok: true });
    return recorder.span('realtime-message rooms.{roomId} say');
  }

  it.each(MALFORMED)('is ignored in a message where it is %s', async (_why, traceparent) => {
    const span = await messageWith({ traceparent, tracestate: 'a=b' });
    expect([span.parentSpanContext, span.spanContext().traceState]).toEqual([undefined, undefined]);
  });

  it.each(MALFORMED.filter(([, value]) => JSON.stringify(value).length < 4_000))(
    'is ignored in auth where it is %s',
    async (_why, traceparent) => {
      recorder.forget();
      await app.connect({ as: 'bob', auth: { traceparent } });
      expect((await recorder.span('realtime-connect')).parentSpanContext).toBeUndefined();
    },
  );

  it.each<[string, unknown]>([
    ['too long', 'a='.padEnd(513, 'b')],
    ['with a line break', 'a=b\n'],
    ['no text', { a: 'b' }],
    ['beyond ASCII', 'a=ä'],
  ])('keeps the trace and drops a state that is %s', async (_why, tracestate) => {
    const span = await messageWith({ traceparent: GOOD, tracestate });
    expect(span.parentSpanContext?.traceId).toBe(TRACE);
    expect(span.spanContext().traceState?.serialize() ?? '').toBe('');
  });

  it('is read in a future version, with unknown flags', async () => {
    const span = await messageWith({ traceparent: `cc-${TRACE}-b7ad6b7169203331-ff-what-may-come` });
    expect(span.parentSpanContext).toMatchObject({ traceId: TRACE, traceFlags: 1 });
  });

  it('brings no baggage', async () => {
    propagation.disable();
    const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
    propagation.setGlobalPropagator(new CompositePropagator({ propagators }));
    let extracted: unknown = 'nothing';
    const { extract } = W3CBaggagePropagator.prototype;
    W3CBaggagePropagator.prototype.extract = function (context, carrier, getter) {
      extracted = getter.get(carrier, 'baggage');
      return extract.call(this, context, carrier, getter);
    };
    await messageWith({ traceparent: GOOD, baggage: 'admin=yes' });
    W3CBaggagePropagator.prototype.extract = extract;
    expect(extracted).toBeUndefined();
  });
});
