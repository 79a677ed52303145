// Does a handler start after authority has ended? Messages that wait in a slow guard while it is taken away.
import { setTimeout } from 'node:timers/promises';
import type { Attack } from '../harness/attack.js';
import type { Target } from '../harness/target.js';
import type { RawSocket, Reply } from '../../hostile/raw-socket.js';
import { until } from '../../kit/until.js';

const REQUEST_TIMEOUT_MS = 2_000;
const GUARD_MS = 500;

/** How a user's authority over `t.room.<userId>` ends. */
const ENDS: Readonly<Record<string, (target: Target, session: string, socket: RawSocket) => Promise<unknown>>> = {
  ban: (target) => target.control('/ban', { userId: 'ban' }),
  logout: (target, session) => target.control('/logout', { session }),
  revoke: (target) => target.control('/revoke', { userId: 'revoke', channel: 't.room.revoke' }),
  close: (target) => target.control('/rooms', { roomId: 'close', open: false }),
  expire: (target, session) => target.control('/expire', { session, inMs: 100 }),
  hangUp: (_target, _session, socket) => socket.close(),
};

export const lateHandlers: Attack = {
  name: 'late-handlers',
  tries: 'a ban, a logout, a revocation, changed roles, an end or a timeout while a message waits in its guard',
  options: { requestTimeout: REQUEST_TIMEOUT_MS },
  async run(target) {
    const ended = await Promise.all(Object.keys(ENDS).map((userId) => member(target, userId)));
    const demoted = await member(target, 'demoted', 'editor');
    const late = await member(target, 'late');
    const kept = await member(target, 'kept');

    await target.control('/guard', { delayMs: GUARD_MS });
    const replies = [...ended, demoted, kept].map((one) => note(one));
    await until(
      () => target.stats(),
      ({ inFlight }) => inFlight >= replies.length,
      5_000,
    );
    // all at once: some of these calls return only when a slow guard has
    await Promise.all([
      ...ended.map(({ userId, session, socket }) => ENDS[userId](target, session, socket)),
      target.control('/roles', { userId: 'demoted', roles: [] }),
    ]);
    const answers = await Promise.all(replies);
    for (const [index, { userId }] of ended.entries()) {
      target.expect(answers[index]?.ok !== true, `after ${userId} the reply to a message said ok`);
    }
    const [demotedReply, keptReply] = answers.slice(-2);

    await target.control('/guard', { delayMs: REQUEST_TIMEOUT_MS + GUARD_MS });
    const lateReply = await note(late);
    target.expect(
      lateReply?.error?.code === 'TIMEOUT',
      `a request over its time was answered: ${JSON.stringify(lateReply)}`,
    );
    await setTimeout(2 * GUARD_MS);

    const notes = (await target.control('/notes')) as unknown as { userId: string; roles: string[] }[];
    for (const { userId, roles } of notes) {
      target.expect(
        userId === 'kept' || userId === 'demoted',
        `a handler ran after its authority had ended: ${userId}`,
      );
      target.expect(userId !== 'demoted' || roles.length === 0, 'a handler ran with roles that the user had lost');
    }
    // else the attack would show nothing
    const handled = (userId: string): boolean => notes.some((recorded) => recorded.userId === userId);
    target.expect(keptReply?.ok === true && handled('kept'), 'a message of somebody who kept their authority was lost');
    target.expect(demotedReply?.ok === handled('demoted'), 'a reply and what was done do not agree');
  },
};

interface Member {
  readonly userId: string;
  readonly session: string;
  readonly socket: RawSocket;
}

async function member(target: Target, userId: string, ...roles: string[]): Promise<Member> {
  const session = await target.login(userId, ...roles);
  const socket = await target.connect(session);
  const reply = await socket.request('rt:subscribe', `{"channel":"t.room.${userId}"}`);
  if (!reply?.ok) throw new Error(`${userId} could not subscribe: ${JSON.stringify(reply)}`);
  return { userId, session, socket };
}

function note({ userId, socket }: Member): Promise<Reply | null> {
  const message = { channel: `t.room.${userId}`, event: 'note', payload: { text: userId } };
  return socket.request('rt:message', JSON.stringify(message));
}
