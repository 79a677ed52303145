// Does a chat work? Senders run in a closed loop. Every member must receive all messages of each sender in order, and all members one order.
import { CHAT, note, SAY } from '../workload.js';
import { type ChatOrder, ChatProgress } from './chat-progress.js';
import type { Crowd } from './crowd.js';
import type { DialectFrames } from './dialects.js';
import type { RawClient } from './raw-client.js';
import { OK, type RoundTripResult } from './round-trips.js';
import { sequenceNumber } from './sequence-number.js';

/** Resolves when all messages have been acknowledged to their senders and delivered to all members. */
export function chat(crowd: Crowd, frames: DialectFrames, order: ChatOrder): Promise<RoundTripResult> {
  const progress = new ChatProgress(crowd.clients.length, order);
  const say = (client: RawClient): void => {
    const seq = progress.next(client.index);
    if (seq !== undefined) client.send(`42${seq}${frames.message(SAY, note(seq), CHAT)}`);
  };
  return crowd.run<RoundTripResult>((finish, fail) => {
    const finishWhenComplete = (): void => {
      if (!progress.isComplete) return;
      if (progress.isInOneOrder) finish({ checksum: progress.checksum });
      else fail(new Error('Members have received different orders.'));
    };
    return {
      start() {
        for (let i = 0; i < order.outstanding; i++) crowd.clients.slice(0, order.senders).forEach(say);
      },
      moved: () => progress.moved,
      onFault: fail,
      onEvent(client, buffer, start, end) {
        if (!progress.receive(client.index, sequenceNumber(buffer, start, end))) {
          return fail(new Error(`Client ${client.index} did not expect ${buffer.toString('utf8', start, end)}`));
        }
        finishWhenComplete();
      },
      onAcknowledgement(client, id, buffer, start, end) {
        if (!progress.acknowledge(client.index, id) || buffer.toString('latin1', start, end) !== OK) {
          return fail(new Error(`Client ${client.index}, message ${id}, got ${buffer.toString('utf8', start, end)}`));
        }
        say(client);
        finishWhenComplete();
      },
    };
  });
}
