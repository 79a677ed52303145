import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Party } from '../connections/party.js';
import { type Envelope, readEnvelope, writeEnvelope } from './envelope.js';
import { EnvelopeMac } from './envelope-mac.js';
import { readFrame } from './received-frame.js';

const CHANNEL = 'orders.42';
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom('|', '\n', ',', '%', '\ud800', 'ключ'),
);
const party: fc.Arbitrary<Party> = fc.oneof(
  text.map((userId) => ({ userId })),
  text.map((sessionId) => ({ sessionId })),
  text.map((connectionId) => ({ connectionId })),
);
const name = fc.stringMatching(/^[\w.:@-]{1,40}$/);
const envelopes: fc.Arbitrary<Envelope> = fc.record({
  kind: fc.constantFrom('event' as const, 'command' as const),
  node: name,
  tag: name,
  sentAt: fc.nat(),
  event: fc.record(
    {
      event: text,
      json: fc.option(fc.json(), { nil: undefined }),
      except: fc.array(party, { minLength: 1, maxLength: 3 }),
      to: party,
      isDroppable: fc.constant(true),
      trace: fc.constant(TRACE),
    },
    { requiredKeys: ['event', 'json'] },
  ),
  channels: fc.oneof(
    fc.constant([]),
    fc.array(text, { maxLength: 3 }).map((others) => [...others, CHANNEL]),
  ),
});
const ONE: Envelope = {
  kind: 'event',
  node: 'a-1',
  tag: 't1',
  sentAt: 5,
  event: { event: 'shipped', json: '{"id":42}' },
  channels: [],
};

describe('an envelope', () => {
  it('is read as it was written, whatever stands in it', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        expect(readEnvelope(writeEnvelope(envelope, CHANNEL, null), CHANNEL, null)).toEqual(envelope);
      }),
    );
  });

  it('carries the payload verbatim', () => {
    expect(writeEnvelope(ONE, CHANNEL, null)).toBe('1|e|a-1|t1|shipped|5|||||\n{"id":42}');
  });

  it.each([
    ['version', '2|e|a-1|t1|shipped|5|||||\n1'],
    ['version', ''],
    ['version', '\0\xff garbage'],
    ['torn', '1|e|a-1|t1|shipped|5|||||'],
    ['torn', '1|e|a-1|t1|shipped|5||||\n1'],
    ['torn', `1|e|a-1|t1|shipped|5|||||${'|'.repeat(22)}\n1`],
    ['torn', '1|e|a-1|t1|shipped|5|||||00-abc||\n1'],
    ['torn', `1|e|a-1|t1|shipped|5|||||${TRACE.toUpperCase()}||\n1`],
    ['torn', `1|e|a-1|t1|shipped|5|||||01${TRACE.slice(2)}-more||\n1`],
    ['torn', '1|x|a-1|t1|shipped|5|||||\n1'],
    ['torn', '1|e||t1|shipped|5|||||\n1'],
    ['torn', '1|e|a-1||shipped|5|||||\n1'],
    ['torn', '1|e|a-1|t1||5|||||\n1'],
    ['torn', '1|e|a-1|t1|%zz|5|||||\n1'],
    ['torn', '1|e|a-1|t1|shipped|soon|||||\n1'],
    ['torn', '1|e|a-1|t1|shipped|5|u:|||||\n1'],
    ['torn', '1|e|a-1|t1|shipped|5|ada||||\n1'],
    ['torn', '1|e|a-1|t1|shipped|5||u:ada,u:bob|||\n1'],
    ['torn', '1|e|a-1|t1|shipped|5|||x||\n1'],
    ['torn', '1|e|a-1|t1|shipped|5||||orders.43|\n1'],
    ['torn', '1|e|a-1|t1|shipped|5|||||\n'],
    ['torn', '1|e|a-1|t1|shipped|5|||n||\n1'],
    ['payload', '1|e|a-1|t1|shipped|5|||||\n{"id":4'],
    ['payload', '1|e|a-1|t1|shipped|5|||||\n{}{}'],
  ])('is skipped for its %s: %j', (reason, received) => {
    expect(readEnvelope(received, CHANNEL, null)).toBe(reason);
  });

  it('is read with what a later release has added to its version', () => {
    const traced = { ...ONE, event: { ...ONE.event, trace: TRACE } };
    const body = '{"id":42}';
    for (const more of ['|', '|a|b', '|'.repeat(20)]) {
      expect(readEnvelope(`1|e|a-1|t1|shipped|5|||||${TRACE}${more}|\n${body}`, CHANNEL, null)).toEqual(traced);
      expect(readEnvelope(`1|e|a-1|t1|shipped|5|||||${more}|\n${body}`, CHANNEL, null)).toEqual(ONE);
    }
  });

  it('is written without a trace that is none', () => {
    const odd = { ...ONE, event: { ...ONE.event, trace: 'a|b\n' } };
    expect(writeEnvelope(odd, CHANNEL, null)).toBe(writeEnvelope(ONE, CHANNEL, null));
  });

  it('is skipped wherever it is cut off', () => {
    const whole = writeEnvelope({ ...ONE, event: { ...ONE.event, except: [{ userId: 'ada' }] } }, CHANNEL, null);
    for (let end = 0; end < whole.length; end++) {
      expect(typeof readEnvelope(whole.slice(0, end), CHANNEL, null)).toBe('string');
    }
  });

  it('never throws for what is no envelope', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(60), fc.string(), (garbage, at, piece) => {
        const valid = writeEnvelope(ONE, CHANNEL, null);
        readFrame(garbage, CHANNEL, null);
        readFrame(valid.slice(0, at) + piece + valid.slice(at + 1), CHANNEL, null);
      }),
    );
  });
});

describe('an envelope with a MAC', () => {
  const mac = new EnvelopeMac('first key');
  const signed = writeEnvelope(ONE, CHANNEL, mac);

  it('is read with its key, also while the key changes', () => {
    expect(readEnvelope(signed, CHANNEL, mac)).toEqual(ONE);
    expect(readEnvelope(signed, CHANNEL, new EnvelopeMac(['second key', 'first key']))).toEqual(ONE);
    expect(readEnvelope(signed, CHANNEL, null)).toEqual(ONE);
  });

  it('is skipped under another key, on another channel, and without a MAC', () => {
    expect(readEnvelope(signed, CHANNEL, new EnvelopeMac('another key'))).toBe('mac');
    expect(readEnvelope(signed, 'orders.43', mac)).toBe('mac');
    expect(readEnvelope(writeEnvelope(ONE, CHANNEL, null), CHANNEL, mac)).toBe('mac');
  });

  it('covers what a later release has added', () => {
    const { json } = ONE.event;
    const header = `1|e|a-1|t1|shipped|5|||||${TRACE}|later|`;
    const later = `${header}${mac.sign(CHANNEL, header, json!)}\n${json}`;
    expect(readEnvelope(later, CHANNEL, mac)).toMatchObject({ event: { trace: TRACE } });
    expect(readEnvelope(later.replace('later', 'other'), CHANNEL, mac)).toBe('mac');
    expect(readEnvelope(later.replace('-01|', '-00|'), CHANNEL, mac)).toBe('mac');
  });

  it('is skipped wherever one character is changed', () => {
    for (let at = 0; at < signed.length; at++) {
      const changed = signed[at] === 'x' ? 'y' : 'x';
      expect(typeof readEnvelope(signed.slice(0, at) + changed + signed.slice(at + 1), CHANNEL, mac)).toBe('string');
    }
  });
});

describe('a frame of a log', () => {
  const body = writeEnvelope(ONE, CHANNEL, null);

  it('is an envelope behind its position', () => {
    expect(readFrame(`abcdefgh 7 t1 t0 ${body}`, CHANNEL, null)).toMatchObject({
      kind: 'frame',
      frame: { channel: CHANNEL, epoch: 'abcdefgh', offset: 7, tag: 't1', prev: 't0', event: { event: 'shipped' } },
    });
    expect(readFrame(`abcdefgh 1 t1  ${body}`, CHANNEL, null)).toMatchObject({ kind: 'frame', frame: { prev: '' } });
    expect(readFrame(body, CHANNEL, null)).toEqual({ kind: 'envelope', envelope: ONE });
  });

  it.each([
    ['frame', 'abcdefgh 7 t2 t0 '],
    ['frame', 'abcdefgh 1 t1 t0 '],
    ['frame', 'abcdefgh 7 t1  '],
    ['frame', 'abcdefgh 9999999999999999 t1 t0 '],
    ['version', 'abcdefgh 0 t1 t0 '],
    ['version', 'abcdefgh -7 t1 t0 '],
    ['version', 'abcdefgh 1e308 t1 t0 '],
    ['version', ' 7 t1 t0 '],
  ])('is skipped for its %s: %j', (reason, position) => {
    expect(readFrame(position + body, CHANNEL, null)).toBe(reason);
  });

  it('holds no command', () => {
    const command = writeEnvelope({ ...ONE, kind: 'command' }, CHANNEL, null);
    expect(readFrame(`abcdefgh 7 t1 t0 ${command}`, CHANNEL, null)).toBe('frame');
  });
});
