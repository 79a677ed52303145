// Did every client get back what it has missed? All ask at the same moment, and each hears the same events, in order, once.
import type { Crowd } from './crowd.js';
import { isWelcome } from './crowd.js';
import { askAll } from './round-trips.js';
import { sequenceNumber } from './sequence-number.js';

export interface RecoveryOrder {
  readonly channel: string;
  /** Events that each client has missed; they are the newest of the channel. */
  readonly missed: number;
  /** Sequence number of the first of them. */
  readonly first: number;
}

interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** Resolves with the milliseconds from the first request to the last event. The clients are unsubscribed before and after. */
export async function recover(crowd: Crowd, { channel, missed, first }: RecoveryOrder): Promise<number> {
  const { epoch, offset } = await positionOf(crowd, channel);
  const request = JSON.stringify(['rt:subscribe', { channel, recover: { epoch, offset: offset - missed } }]);
  const clients = crowd.clients.length;
  const expected = new Uint32Array(clients).fill(first);
  let answered = 0;
  let received = 0;
  const began = performance.now();
  const tookMs = await crowd.run<number>((finish, fail) => {
    const judge = (): void => {
      if (answered === clients && received === clients * missed) finish(performance.now() - began);
    };
    return {
      start: () => crowd.clients.forEach((client) => client.send(`421${request}`)),
      moved: () => answered + received,
      onFault: fail,
      onAcknowledgement(client, _id, buffer, start, end) {
        const reply = buffer.toString('utf8', start, end);
        if (!reply.includes('"recovered":true')) return fail(new Error(`Client ${client.index} got ${reply}`));
        answered++;
        judge();
      },
      onEvent(client, buffer, start, end) {
        const seq = sequenceNumber(buffer, start, end);
        if (seq < 0 && isWelcome(buffer, start)) return;
        if (seq !== expected[client.index]) {
          return fail(new Error(`Client ${client.index} expected ${expected[client.index]} and got ${seq}.`));
        }
        expected[client.index] += 1;
        received++;
        judge();
      },
    };
  });
  await leave(crowd, channel);
  return tookMs;
}

/** Where the channel stands, as the first client is told when it subscribes. It unsubscribes again. */
async function positionOf(crowd: Crowd, channel: string): Promise<Position> {
  const [client] = crowd.clients;
  const position = await crowd.run<Position>((finish, fail) => ({
    start: () => client.send(`421${JSON.stringify(['rt:subscribe', { channel }])}`),
    moved: () => 0,
    onFault: fail,
    onEvent: () => undefined,
    onAcknowledgement(_client, _id, buffer, start, end) {
      const [reply] = JSON.parse(buffer.toString('utf8', start, end)) as [{ position?: Position }];
      if (reply.position === undefined) fail(new Error(`The channel has no history: ${JSON.stringify(reply)}`));
      else finish(reply.position);
    },
  }));
  await askAll(crowd, ({ index }) => (index === 0 ? [JSON.stringify(['rt:unsubscribe', { channel }])] : []));
  return position;
}

function leave(crowd: Crowd, channel: string): Promise<void> {
  return askAll(crowd, () => [JSON.stringify(['rt:unsubscribe', { channel }])]);
}
