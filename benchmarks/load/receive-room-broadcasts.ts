// Did every connection get every broadcast of its rooms, in order, once, and no other?
import { membersOf, roomOf, type RoomPlan } from '../room-plan.js';
import { feedItem } from '../workload.js';
import type { BroadcastExpectation } from './receive-broadcasts.js';
import { type Crowd, isWelcome } from './crowd.js';
import { sequenceNumber } from './sequence-number.js';

/** Resolves when every connection has received its part of the series; the first report, 0, says that they are listening. */
export function receiveRoomBroadcasts(
  crowd: Crowd,
  { first, count, step }: BroadcastExpectation,
  plan: RoomPlan,
  report: (received: number) => void,
): Promise<void> {
  const { expected, deliveries } = expectationsOf(first, count, plan);
  const position = new Uint32Array(plan.connections);
  const textLength = feedItem(0).text.length;
  let received = 0;
  let complete = step;
  return crowd.run<void>((finish, fail) => ({
    start: () => report(0),
    moved: () => received,
    onFault: fail,
    onAcknowledgement: (client, id) => fail(new Error(`Client ${client.index} got acknowledgement ${id} meanwhile.`)),
    onEvent(client, buffer, start, end) {
      const seq = sequenceNumber(buffer, start, end);
      if (seq < 0 && isWelcome(buffer, start)) return;
      const wanted = expected[client.index][position[client.index]++];
      if (seq !== wanted || end - start < textLength) {
        return fail(
          new Error(`Client ${client.index} expected ${wanted} and got ${buffer.toString('utf8', start, end)}`),
        );
      }
      received += 1;
      // Only the number of deliveries is compared here. A missing one is found at the end of the series.
      while (complete < count && received >= deliveries[complete]) {
        report(complete);
        complete += step;
      }
      if (received === deliveries[count]) finish();
    },
  }));
}

/** Sequence numbers that each connection must receive, in order; `deliveries[n]` counts the deliveries of the first n broadcasts. */
function expectationsOf(
  first: number,
  count: number,
  plan: RoomPlan,
): { expected: readonly number[][]; deliveries: Uint32Array } {
  const expected: number[][] = Array.from({ length: plan.connections }, () => []);
  const deliveries = new Uint32Array(count + 1);
  for (let i = 0; i < count; i++) {
    const members = membersOf(roomOf(first + i, plan), plan);
    for (const member of members) expected[member].push(first + i);
    deliveries[i + 1] = deliveries[i] + members.length;
  }
  return { expected, deliveries };
}
