// Does a chat work? Senders in a closed loop, and every member must get all that each of them says, in its order, and all members the same order.
import { CHAT, note, SAY } from '../workload.js';
import type { Crowd } from './crowd.js';
import type { DialectFrames } from './dialects.js';
import type { RawClient } from './raw-client.js';
import { OK, type RoundTripResult } from './round-trips.js';
import { sequenceNumber } from './sequence-number.js';

/** Messages to say; all clients are members, the first of them senders. */
export interface ChatOrder {
  /** Sequence number of the first message. */
  first: number;
  senders: number;
  /** Messages of each sender. */
  perSender: number;
  /** Messages of one sender that may be unacknowledged at a time. */
  outstanding: number;
}

/** Resolves when all messages have been acknowledged to their senders and delivered to everybody. */
export function chat(
  crowd: Crowd,
  frames: DialectFrames,
  { first, senders, perSender, outstanding }: ChatOrder,
): Promise<RoundTripResult> {
  const members = crowd.clients.length;
  const count = senders * perSender;
  /** Messages that a member has got of a sender, at `member * senders + sender`. */
  const heard = new Uint32Array(members * senders);
  const digests = new Int32Array(members);
  const said = new Uint32Array(senders);
  const waiting = Array.from({ length: senders }, () => new Set<number>());
  let acknowledged = 0;
  let received = 0;
  let checksum = 0;
  const seqOf = (sender: number, message: number): number => first + message * senders + sender;
  const say = (client: RawClient): void => {
    if (said[client.index] === perSender) return;
    const seq = seqOf(client.index, said[client.index]++);
    checksum += seq;
    waiting[client.index].add(seq);
    client.send(`42${seq}${frames.message(SAY, note(seq), CHAT)}`);
  };
  return crowd.run<RoundTripResult>((finish, fail) => {
    const finishWhenDone = (): void => {
      if (acknowledged < count || received < count * members) return;
      if (digests.some((digest) => digest !== digests[0])) fail(new Error('Members have heard different orders.'));
      else finish({ checksum });
    };
    return {
      start() {
        for (let i = 0; i < outstanding; i++) crowd.clients.slice(0, senders).forEach(say);
      },
      moved: () => acknowledged + received,
      onFault: fail,
      onEvent(client, buffer, start, end) {
        const seq = sequenceNumber(buffer, start, end);
        const sender = (seq - first) % senders;
        if (seq < first || seq !== seqOf(sender, heard[client.index * senders + sender]++)) {
          return fail(new Error(`Client ${client.index} did not expect ${buffer.toString('utf8', start, end)}`));
        }
        digests[client.index] = Math.imul(digests[client.index], 31) + seq;
        received += 1;
        finishWhenDone();
      },
      onAcknowledgement(client, id, buffer, start, end) {
        if (waiting[client.index]?.delete(id) !== true || buffer.toString('latin1', start, end) !== OK) {
          return fail(new Error(`Client ${client.index}, message ${id}, got ${buffer.toString('utf8', start, end)}`));
        }
        acknowledged += 1;
        say(client);
        finishWhenDone();
      },
    };
  });
}
