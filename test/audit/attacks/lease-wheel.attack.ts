// Can some take the renewals of others? Crowds whose guards are slow, beside members who must keep what they have.
import { setTimeout } from 'node:timers/promises';
import type { Attack } from '../harness/attack.js';
import type { Target } from '../harness/target.js';
import type { RawSocket } from '../../hostile/raw-socket.js';
import { crowd } from '../wire/crowd.js';

const LEASE_MS = 3_000;
const LEASES = 3;
const GUARD_MS = 600;
const MEMBERS = 5;
const ROOMS_OF_A_MEMBER = 5;

/** Fills the wheel with a crowd, makes guards slow, and looks whether members lose anything. */
function crowdAttack(
  name: string,
  tries: string,
  connections: number,
  rooms: number,
  user: (i: number) => string,
): Attack {
  return {
    name,
    tries,
    options: { lease: LEASE_MS },
    async run(target) {
      const members = await crowd(MEMBERS, MEMBERS, (i) => enter(target, `member${i}`, ROOMS_OF_A_MEMBER));
      await crowd(connections, 10, (i) => enter(target, user(i), rooms));
      const before = target.watch.workedMs;
      await target.control('/guard', { delayMs: GUARD_MS });
      await setTimeout(LEASES * LEASE_MS);
      const worked = target.watch.workedMs - before;
      for (const { packets, closed } of members) {
        target.expect(!closed, 'a member was disconnected');
        const lost = packets.find((packet) => packet.startsWith('42["rt:evicted"'));
        target.expect(lost === undefined, `a member was evicted: ${lost}`);
      }
      target.note(
        `${Math.round(worked / LEASES)} ms of work a lease, at most ${target.watch.mostGuards} guards at once`,
      );
    },
  };
}

export const leaseWheel: readonly Attack[] = [
  crowdAttack('lease-wheel', '200 users with 20 rooms each, whose guards are slow', 200, 20, (i) => `user${i}`),
  crowdAttack('rooms-of-one-user', 'one user with 90 connections and 100 rooms each', 90, 100, () => 'collector'),
  crowdAttack(
    'rooms-of-three',
    'three users with 90 connections each and 30 rooms each',
    270,
    30,
    (i) => `user${i % 3}`,
  ),
];

async function enter(target: Target, userId: string, rooms: number): Promise<RawSocket> {
  const socket = await target.connect(await target.login(userId));
  const batch = Array.from({ length: rooms }, (_, i) => ({ channel: `t.room.${userId}-${i}` }));
  const replies = (await socket.request('rt:subscribe', JSON.stringify(batch))) as unknown as { ok: boolean }[] | null;
  if (!replies?.every(({ ok }) => ok)) throw new Error(`${userId} could not subscribe: ${JSON.stringify(replies)}`);
  return socket;
}
