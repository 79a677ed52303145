// How many guards can one connection keep busy? Batches of subscribes, one after another, at a guard that takes a second.
import type { Attack } from '../harness/attack.js';
import type { RawSocket, Reply } from '../../hostile/raw-socket.js';
import { until } from '../../kit/until.js';

const GUARD_MS = 1_000;
const BATCHES = 40;
const BATCH = 100;
/** `limits.subscriptionsPerConnection`. */
const MOST_GUARDS = 128;

export const slowBatches: Attack = {
  name: 'slow-batches',
  tries:
    'batches of 100 subscribes, pipelined on one connection: other rooms each time, then the same, then in and out',
  async run(target) {
    await target.control('/guard', { delayMs: GUARD_MS });
    for (const [userId, roomOf] of [
      ['others', (b: number, i: number) => b * BATCH + i],
      ['same', (_: number, i: number) => i],
    ] as const) {
      const socket = await target.connect(await target.login(userId));
      const replies = await Promise.all(Array.from({ length: BATCHES }, (_, b) => batch(socket, (i) => roomOf(b, i))));
      const answers = replies.flat();
      target.expect(answers.length >= BATCHES && !answers.includes(null), `${userId}: a request had no answer`);
      target.note(
        `${userId}: ${answers.filter((reply) => reply?.ok).length} admitted, ${target.watch.mostGuards} guards`,
      );
      await socket.close();
      // guards outlive the connection for which they run; what counts is one connection
      await until(
        () => target.stats(),
        ({ guardsInFlightMax }) => guardsInFlightMax === 0,
        5_000,
      );
    }
    const flapping = await target.connect(await target.login('flapping'));
    await Promise.all(
      Array.from({ length: BATCHES }, (_, b) =>
        b % 2 === 0
          ? batch(flapping, (i) => (b % 4) * BATCH + i)
          : flapping.request('rt:unsubscribe', `{"channel":"t.room.r${b}"}`),
      ),
    );
    await target.stats();
    const { mostGuards } = target.watch;
    target.expect(mostGuards <= MOST_GUARDS, `${mostGuards} guards ran at once for one connection`);
    target.expect(mostGuards > 0, 'no guard was seen at work');
  },
};

async function batch(socket: RawSocket, roomOf: (index: number) => number): Promise<(Reply | null)[]> {
  const items = Array.from({ length: BATCH }, (_, i) => ({ channel: `t.room.r${roomOf(i)}` }));
  const reply = (await socket.request('rt:subscribe', JSON.stringify(items))) as unknown;
  return Array.isArray(reply) ? (reply as Reply[]) : [reply as Reply | null];
}
