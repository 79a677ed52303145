// Is all quiet again after an outage? The authenticator fails for longer than a lease, then recovers.
import { setTimeout } from 'node:timers/promises';
import type { Attack } from '../harness/attack.js';
import type { RawSocket } from '../../hostile/raw-socket.js';
import { crowd } from '../wire/crowd.js';

const LEASE_MS = 1_500;
const CONNECTIONS = 300;
const PER_USER = 10;
const CHANNELS = ['t.auth', 't.public', 't.room.r1'];
const EVICTED = '42["rt:evicted"';
/** What the authenticator takes for an answer once it is back; a renewal that is given less time than that fails. */
const ANSWER_MS = 50;
/** Clients subscribe again within this time, as the protocol tells them to: not all at once. */
const RETURN_MS = 500;
/** What a busy machine may be late by. */
const TOLERANCE_MS = 1_000;

export const outage: Attack = {
  name: 'outage',
  tries:
    'the authenticator throws, then hangs, for three leases; one lease after its return nobody may be evicted any more',
  options: { lease: LEASE_MS, requestTimeout: 2_000, authenticationTimeout: 1_000 },
  outage: true,
  async run(target) {
    const sockets = await crowd(CONNECTIONS, 20, async (index) => {
      const socket = await target.connect(await target.login(`user${Math.floor(index / PER_USER)}`));
      await subscribe(socket);
      return socket;
    });
    const evictions = (): number => sockets.reduce((sum, { packets }) => sum + packets.filter(isEviction).length, 0);

    await target.control('/auth', { mode: 'throw' });
    await setTimeout(1.5 * LEASE_MS);
    await target.control('/auth', { mode: 'hang' });
    await setTimeout(1.5 * LEASE_MS);
    target.expect(evictions() > 0, 'nobody was evicted in an outage of three leases');
    await target.control('/auth', { mode: 'ok', delayMs: ANSWER_MS });
    await Promise.all(
      sockets.map(async (socket, index) => {
        await setTimeout((index * RETURN_MS) / CONNECTIONS);
        await subscribe(socket);
      }),
    );
    await setTimeout(LEASE_MS + TOLERANCE_MS - RETURN_MS);

    const before = evictions();
    await setTimeout(2 * LEASE_MS);
    const after = evictions();
    target.expect(after === before, `${after - before} evictions after the outage was over for a lease`);
    const { subscriptions } = await target.stats();
    // and those of the bystander
    const expected = CONNECTIONS * CHANNELS.length;
    target.expect(
      subscriptions >= expected,
      `${subscriptions} of ${expected} subscriptions are there after the outage`,
    );
    target.note(`${before} evictions by the outage`);
  },
};

async function subscribe(socket: RawSocket): Promise<void> {
  await socket.request('rt:subscribe', JSON.stringify(CHANNELS.map((channel) => ({ channel }))));
}

function isEviction(packet: string): boolean {
  return packet.startsWith(EVICTED);
}
