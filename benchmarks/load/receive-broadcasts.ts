// Did every member get every broadcast, in order, once? Checks each sequence number and reports progress.
import { feedItem } from '../workload.js';
import { type Crowd, isWelcome } from './crowd.js';
import { sequenceNumber } from './sequence-number.js';

/** The series that is about to be sent. */
export interface BroadcastExpectation {
  /** Sequence number of the first broadcast. */
  first: number;
  count: number;
  /** Broadcasts between two progress reports; a broadcast counts once every member has received it. */
  step: number;
  /** Length of an item's text, if it is not the usual one. */
  textLength?: number;
}

/**
 * Resolves when all members have received the whole series; the first report, 0, says that they are listening. `onDelivery` gets the
 * index of the broadcast in the series, and that of the delivery among all deliveries.
 */
export function receiveBroadcasts(
  crowd: Crowd,
  { first, count, step, textLength = feedItem(0).text.length }: BroadcastExpectation,
  report: (received: number) => void,
  onDelivery: (broadcast: number, delivery: number) => void = () => undefined,
): Promise<void> {
  const members = crowd.clients.length;
  const expected = new Uint32Array(members).fill(first);
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
      onDelivery(seq - first, received);
      received += 1;
      if (received % (members * step) === 0) report(received / members);
      if (received === members * count) finish();
    },
  }));
}
