// Did every member get every broadcast, in order, once? Checks each sequence number and reports progress.
import { feedItem } from '../workload.js';
import { type Crowd, isWelcome } from './crowd.js';

/** The series that is about to be sent. */
export interface BroadcastExpectation {
  /** Sequence number of the first broadcast. */
  first: number;
  count: number;
  /** Broadcasts, received by everybody, between two progress reports. */
  step: number;
}

const SEQ = Buffer.from('"seq":');
const ZERO = 0x30;

/** Resolves when all members have received the whole series; the first report, 0, says that they are listening. */
export function receiveBroadcasts(
  crowd: Crowd,
  { first, count, step }: BroadcastExpectation,
  report: (received: number) => void,
): Promise<void> {
  const members = crowd.clients.length;
  const expected = new Uint32Array(members).fill(first);
  const textLength = feedItem(0).text.length;
  let received = 0;
  return crowd.run<void>((finish, fail) => ({
    start: () => report(0),
    moved: () => received,
    onFault: fail,
    onAcknowledgement: (client, id) => fail(new Error(`Client ${client.index} got acknowledgement ${id} meanwhile.`)),
    onEvent(client, buffer, start, end) {
      const seq = sequenceNumber(buffer, start, end);
      if (seq < 0 && isWelcome(buffer, start)) return;
      if (seq !== expected[client.index] || end - start < textLength) {
        return fail(
          new Error(
            `Client ${client.index} expected ${expected[client.index]} and got ${buffer.toString('utf8', start, end)}`,
          ),
        );
      }
      expected[client.index] += 1;
      received += 1;
      if (received % (members * step) === 0) report(received / members);
      if (received === members * count) finish();
    },
  }));
}

function sequenceNumber(buffer: Buffer, start: number, end: number): number {
  const found = buffer.indexOf(SEQ, start);
  if (found < 0 || found >= end) return -1;
  let seq = 0;
  for (let at = found + SEQ.length; at < end; at++) {
    const digit = buffer[at] - ZERO;
    if (digit < 0 || digit > 9) break;
    seq = seq * 10 + digit;
  }
  return seq;
}
