// What does it cost when all tabs of a user renew at once? The authenticator must be asked a number of times that is linear.
import type { Attack } from '../harness/attack.js';
import { crowd } from '../wire/crowd.js';

const TABS = 90;
const ROUNDS = 3;
const AUTHENTICATION_MS = 20;
const MOST_CALLS_PER_TAB = 3;

export const tabs: Attack = {
  name: 'tabs',
  tries: '90 connections of one user connect at once, then send rt:authenticate at once',
  async run(target) {
    const token = await target.login('reader');
    await target.control('/auth', { mode: 'ok', delayMs: AUTHENTICATION_MS });
    let { authCalls } = await target.stats();
    const judge = async (what: string): Promise<void> => {
      const now = (await target.stats()).authCalls;
      const calls = now - authCalls;
      authCalls = now;
      target.expect(
        calls <= MOST_CALLS_PER_TAB * TABS,
        `${what}: ${calls} calls of the authenticator for ${TABS} tabs`,
      );
      target.note(`${what}: ${calls} calls`);
    };
    const sockets = await crowd(TABS, TABS, () => target.connect(token));
    await judge('connecting');
    for (let round = 1; round <= ROUNDS; round++) {
      const replies = await Promise.all(
        sockets.map((socket) => socket.request('rt:authenticate', JSON.stringify({ token }))),
      );
      const refused = replies.filter((reply) => !reply?.ok);
      target.expect(
        refused.length === 0,
        `${refused.length} tabs were refused: ${refused[0]?.error?.code ?? 'closed'}`,
      );
      await judge(`renewing ${round}`);
    }
  },
};
