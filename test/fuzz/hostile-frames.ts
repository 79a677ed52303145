// Which frames would no client library write? Generators of raw frames, from noise to requests that are nearly right.
import fc, { type Arbitrary } from 'fast-check';

export interface HostileFrames {
  /** Sent one after the other: a packet, then the attachments that it may have announced. */
  readonly frames: readonly (string | Buffer)[];
  /** Whether the server may cut the connection for them. */
  readonly fatal: boolean;
}

const REQUESTS = ['rt:subscribe', 'rt:unsubscribe', 'rt:message', 'rt:authenticate', 'rt:members', 'rt:history'];
const STRANGE_EVENTS = ['error', 'rt:event', 'rt:bye', '__proto__', 'constructor', 'message', '', 'x'.repeat(5_000)];
const CHANNELS = [
  't.public',
  't.auth',
  't.admin',
  't.room.r1',
  't.user.mallory',
  't.user.honest',
  't.log.a',
  't.here.a',
];
const STRANGE_CHANNELS = [
  '__proto__',
  't..',
  '',
  't.room.%',
  't.room.%2e',
  't.user.%68onest',
  't.room.%ED%A0%80',
  'ch:t.auth',
  't.room.{roomId}',
  't.auth\u0000',
  'x'.repeat(10_000),
];
const MESSAGES = [
  'echo',
  'zod',
  'nested',
  'raw',
  'post',
  'boom',
  'reject',
  'throwString',
  'bigint',
  'cyclic',
  'fn',
  'deep',
];
/** Below 1,000 or beyond all numbers, so that they differ from the ids by which the fuzzer keeps step. */
const IDS = ['', '0', '7', '999', '-1', '007', '99999999999999999999', '1e300'];

const json = fc.jsonValue({ maxDepth: 4, depthSize: 'small' });
const id = fc.constantFrom(...IDS);
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\u2028', '\ud800', '\u0000\n\u001b[31m'),
);

const request = fc.record(
  {
    channel: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...CHANNELS) },
      { weight: 1, arbitrary: fc.constantFrom(...STRANGE_CHANNELS) },
      { weight: 1, arbitrary: json },
    ),
    event: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...MESSAGES) }, { weight: 1, arbitrary: json }),
    payload: fc.oneof(
      fc.record({ text, n: fc.oneof(fc.double(), fc.constantFrom(null, '1', [])) }, { requiredKeys: [] }),
      fc.record({ items: json, inner: json, meta: json }, { requiredKeys: [] }),
      json,
    ),
    recover: json,
    since: fc.record({ epoch: json, offset: json }, { requiredKeys: [] }),
    limit: json,
    token: text,
  },
  { requiredKeys: [] },
);

/** A key that JSON.stringify never writes for an honest object. */
const poisoned = (body: string): string => body.replace(/"(payload|recover|meta|text)":/g, '"__proto__":');

const argumentsJson = fc
  .tuple(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...REQUESTS) },
      { weight: 1, arbitrary: fc.constantFrom(...STRANGE_EVENTS) },
      { weight: 1, arbitrary: fc.nat() },
    ),
    fc.oneof(
      { weight: 6, arbitrary: fc.tuple(request) },
      { weight: 2, arbitrary: fc.tuple(fc.array(request, { maxLength: 120 })) },
      { weight: 1, arbitrary: fc.array(json, { maxLength: 4 }) },
    ),
    fc.boolean(),
  )
  .map(([name, args, poison]) => {
    const body = JSON.stringify([name, ...args]);
    return poison ? poisoned(body) : body;
  });

const harmless = (packets: Arbitrary<string>): Arbitrary<HostileFrames> =>
  packets.map((packet) => ({ frames: [packet], fatal: false }));
const fatal = (packets: Arbitrary<string | Buffer>): Arbitrary<HostileFrames> =>
  packets.map((packet) => ({ frames: [packet], fatal: true }));

const events = harmless(fc.tuple(id, argumentsJson).map(([ack, body]) => `42${ack}${body}`));
const acks = harmless(
  fc.tuple(id, fc.array(json, { maxLength: 3 })).map(([ack, body]) => `43${ack}${JSON.stringify(body)}`),
);
const pongs = harmless(fc.constantFrom('3', '3probe', '6'));

const broken = fatal(
  fc
    .tuple(id, argumentsJson, fc.nat(), fc.constantFrom('', '\u0000', '"', ']', '{', '\\', '9'))
    .map(([ack, body, at, by]) => {
      const cut = at % body.length;
      return `42${ack}${body.slice(0, cut)}${by}${at % 2 === 0 ? '' : body.slice(cut + 1)}`;
    }),
);
const namespaces = fatal(
  fc
    .tuple(
      fc.constantFrom('0', '1', '2', '3', '4', '5', '6'),
      fc.oneof(text, fc.constant('x'.repeat(20_000))),
      id,
      json,
    )
    .map(([type, name, ack, body]) => `4${type}/${name},${ack}${JSON.stringify(body)}`),
);
const connects = fatal(
  fc.oneof(
    fc.constantFrom('40', '41', '44', '44"x"', '40[]'),
    json.map((body) => `40${JSON.stringify(body)}`),
  ),
);
const binaries: Arbitrary<HostileFrames> = fc
  .record({
    type: fc.constantFrom('5', '6'),
    announced: fc.oneof(fc.nat(4), fc.constantFrom(-1, 1e9, '', 'x')),
    num: fc.oneof(fc.nat(4), fc.constantFrom(-1, '__proto__', null, 1e300)),
    ack: id,
    name: fc.constantFrom(...REQUESTS),
    attachments: fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }),
  })
  .map(({ type, announced, num, ack, name, attachments }) => {
    const placeholder = { _placeholder: true, num };
    const body = { channel: 't.auth', event: 'raw', payload: { a: placeholder, b: [placeholder] } };
    return {
      frames: [
        `4${type}${announced}-${ack}${JSON.stringify([name, body])}`,
        ...attachments.map((data) => Buffer.from(data)),
      ],
      fatal: true,
    };
  });
const noise = fatal(
  fc.oneof(
    text,
    fc.tuple(fc.constantFrom('0', '1', '2', '4', '5', '6', '7', 'b'), text).map(([type, rest]) => type + rest),
    fc.uint8Array({ maxLength: 500 }).map((data) => Buffer.from(data)),
  ),
);

export const hostileFrames: Arbitrary<HostileFrames> = fc.oneof(
  { weight: 60, arbitrary: events },
  { weight: 8, arbitrary: acks },
  { weight: 4, arbitrary: pongs },
  { weight: 6, arbitrary: broken },
  { weight: 6, arbitrary: namespaces },
  { weight: 4, arbitrary: connects },
  { weight: 6, arbitrary: binaries },
  { weight: 6, arbitrary: noise },
);
