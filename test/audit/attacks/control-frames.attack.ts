// What do frames cost that carry no packet? `ws` answers and swallows them by itself, below everything that counts.
import type { Attack } from '../harness/attack.js';
import type { Target } from '../harness/target.js';
import { CONTINUATION, frame, PING, PONG, TEXT } from '../wire/frames.js';
import type { Wire } from '../wire/wire.js';

const FLOOD_MS = 4_000;
const GROWTH_MB = 64;
/** The largest body of a control frame. */
const LARGEST = Buffer.alloc(125, 'x');

/** Floods, and expects to be ended. */
function flood(name: string, tries: string, one: Buffer, open: (target: Target) => Promise<Wire>): Attack {
  return {
    name,
    tries,
    growthMb: GROWTH_MB,
    async run(target) {
      const wire = await open(target);
      const startedAt = performance.now();
      const sent = await wire.flood(one, FLOOD_MS);
      const took = Math.round(performance.now() - startedAt);
      target.expect(wire.closed, `a flood of ${sent} frames in ${took} ms did not end its connection`);
      target.note(`${sent} frames were written in ${took} ms, ${wire.received} came back`);
    },
  };
}

const connected = (target: Target): Promise<Wire> => target.wire();

export const controlFrames: readonly Attack[] = [
  flood(
    'pings-unread',
    'a connection that does not read sends pings of 125 bytes',
    frame(PING, LARGEST),
    async (target) => {
      const wire = await target.wire();
      wire.deafen();
      return wire;
    },
  ),
  flood('pings-before-connect', 'a transport without CONNECT sends pings of one byte', frame(PING, 'x'), (target) =>
    target.open(),
  ),
  flood('pings-read', 'a connection sends as many pings as it can and reads the pongs', frame(PING, 'x'), connected),
  flood('pongs', 'a connection sends pongs that nobody has asked for', frame(PONG, LARGEST), connected),
  flood(
    'pings-in-message',
    'pings between the fragments of one message that never ends',
    Buffer.concat([frame(PING, 'x'), frame(PING), frame(PONG)]),
    async (target) => {
      const wire = await target.wire();
      wire.write(frame(TEXT, '42["x"', { final: false }));
      return wire;
    },
  ),
  flood(
    'empty-fragments',
    'one message of fragments without a byte',
    frame(CONTINUATION, '', { final: false }),
    async (target) => {
      const wire = await target.wire();
      wire.write(frame(TEXT, '', { final: false }));
      return wire;
    },
  ),
];
