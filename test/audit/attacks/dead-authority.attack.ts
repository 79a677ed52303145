// Does authority outlive its lease where nobody asks for it? Connections that say nothing while their sessions are deleted.
import { setTimeout } from 'node:timers/promises';
import type { Attack } from '../harness/attack.js';

const LEASE_MS = 1_000;
const LEASES = 4;
/** What each connection does before its session goes: nothing, or something that could keep its authority alive. */
const HABITS = ['', 't.public', 't.auth', 't.admin', 't.room.r1'];

export const deadAuthority: Attack = {
  name: 'dead-authority',
  tries: 'sessions are deleted unannounced; four leases later their idle connections ask for the admin channel',
  options: { lease: LEASE_MS },
  async run(target) {
    const sockets = await Promise.all(
      Array.from({ length: 2 * HABITS.length }, async (_, i) => {
        const session = await target.login(`admin${i}`, 'admin');
        const socket = await target.connect(session);
        const channel = HABITS[i % HABITS.length];
        if (channel !== '') await socket.request('rt:subscribe', JSON.stringify({ channel }));
        return { session, socket };
      }),
    );
    for (const { session } of sockets) await target.control('/forget', { session });
    await setTimeout(LEASES * LEASE_MS);
    for (const { socket } of sockets) {
      target.expect(socket.closed, `a connection was still open ${LEASES} leases after its session had ended`);
      const reply = await socket.request('rt:subscribe', '{"channel":"t.admin"}');
      target.expect(reply?.ok !== true, 'a dead session subscribed to the admin channel');
      const whoami = '{"channel":"t.auth","event":"whoami","payload":null}';
      target.expect((await socket.request('rt:message', whoami))?.ok !== true, 'a dead session ran a handler');
    }
  },
};
