// Was every message answered once, with ok? A closed loop: a client sends its next message when one of its own has been acknowledged.
import { note } from '../workload.js';
import type { Crowd } from './crowd.js';
import type { DialectFrames } from './dialects.js';
import type { RawClient } from './raw-client.js';

/** Messages to send. */
export interface RoundTripOrder {
  /** Name of the message, which selects its handler. */
  event: string;
  /** Sequence number of the first message. */
  first: number;
  /** Round trips of all clients together. */
  count: number;
  /** Messages of one client that may be unanswered at a time. */
  outstanding: number;
}

/** Sum of the sequence numbers sent, to compare with what the handlers have received. */
export interface RoundTripResult {
  checksum: number;
}

/** The only valid answer. */
export const OK = '[{"ok":true}]';

/** Resolves when every message has been answered; the id of each acknowledgement is checked against what its client waits for. */
export function roundTrips(crowd: Crowd, frames: DialectFrames, order: RoundTripOrder): Promise<RoundTripResult> {
  const { event, first, count, outstanding } = order;
  const waiting = crowd.clients.map(() => new Set<number>());
  let sent = 0;
  let answered = 0;
  let checksum = 0;
  const sendNext = (client: RawClient): void => {
    if (sent === count) return;
    const seq = first + sent++;
    checksum += seq;
    waiting[client.index].add(seq);
    client.send(`42${seq}${frames.message(event, note(seq))}`);
  };
  return crowd.run<RoundTripResult>((finish, fail) => ({
    start() {
      for (let i = 0; i < outstanding; i++) crowd.clients.forEach(sendNext);
    },
    moved: () => answered,
    onFault: fail,
    onEvent: (client, buffer, start, end) =>
      fail(new Error(`Client ${client.index} got ${buffer.toString('utf8', start, end)} meanwhile.`)),
    onAcknowledgement(client, id, buffer, start, end) {
      if (!waiting[client.index].delete(id) || buffer.toString('latin1', start, end) !== OK) {
        return fail(new Error(`Client ${client.index}, message ${id}, got ${buffer.toString('utf8', start, end)}`));
      }
      if (++answered === count) finish({ checksum });
      else sendNext(client);
    },
  }));
}

/** Sends each client's requests, one after the other, and resolves when all are answered with ok. */
export function askAll(crowd: Crowd, packetsOf: (client: RawClient) => readonly string[]): Promise<void> {
  const packets = crowd.clients.map(packetsOf);
  const total = packets.reduce((sum, { length }) => sum + length, 0);
  const sent = new Uint32Array(packets.length);
  let answered = 0;
  const askNext = (client: RawClient): void => {
    const own = packets[client.index];
    if (sent[client.index] < own.length) client.send(`420${own[sent[client.index]++]}`);
  };
  return crowd.run<void>((finish, fail) => ({
    start() {
      if (total === 0) finish();
      crowd.clients.forEach(askNext);
    },
    moved: () => answered,
    onFault: fail,
    onEvent: () => undefined,
    onAcknowledgement(client, _id, buffer, start, end) {
      const reply = buffer.toString('utf8', start, end);
      if (!reply.startsWith('[{"ok":true')) return fail(new Error(`Client ${client.index} got ${reply}`));
      if (++answered === total) finish();
      else askNext(client);
    },
  }));
}
