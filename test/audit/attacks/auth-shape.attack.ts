// What does `auth` cost before anybody has looked at it? Bodies that are large in memory, at CONNECT and in rt:authenticate.
import type { Attack } from '../harness/attack.js';
import { crowd } from '../wire/crowd.js';
import { textFrame } from '../wire/frames.js';
import { LARGEST_BODY, manyKeys, nested } from '../wire/json.js';

const CONNECTIONS = 100;
const GROWTH_MB = 64;
/** What an idle connection may take of the heap, with room for noise. */
const MOST_KB_EACH = 64;
/** Each over one bound: 64 keys, depth 4, 4 KB. */
const TOO_MUCH: readonly string[] = [
  manyKeys(65),
  nested(5),
  JSON.stringify({ a: 'x'.repeat(4_200) }),
  JSON.stringify({ a: Array(100).fill(0) }),
];
/** Just within them, and without a credential that the fixture knows. */
const ENOUGH: readonly string[] = [manyKeys(60), nested(4), JSON.stringify({ a: 'x'.repeat(3_900) })];

const isAnswer = (packet: string): boolean => /^4[04]/.test(packet);

export const connectAuth: Attack = {
  name: 'connect-auth',
  tries: '100 anonymous connections with 21,000 objects in `auth`, which stay; and every bound of it by itself',
  growthMb: GROWTH_MB,
  async run(target) {
    const before = await target.stats({ gc: true });
    const refusals = await crowd(CONNECTIONS, 10, async () => {
      const wire = await target.open();
      wire.write(textFrame(`40${LARGEST_BODY}`));
      await wire.until(isAnswer, 5_000);
      return wire.packets.find(isAnswer) ?? (wire.closed ? 'closed' : 'nothing');
    });
    const letIn = refusals.filter((answer) => !answer.includes('BAD_REQUEST'));
    target.expect(letIn.length === 0, `${letIn.length} of ${CONNECTIONS} were not refused: ${letIn[0]}`);
    const { heapUsed } = await target.stats({ gc: true });
    const each = (heapUsed - before.heapUsed) / CONNECTIONS / 1e3;
    target.expect(each <= MOST_KB_EACH, `${Math.round(each)} KB of heap for each connection`);
    target.note(`${Math.round(each)} KB of heap for each of ${CONNECTIONS} connections`);

    for (const body of [...TOO_MUCH, ...ENOUGH]) {
      const wire = await target.open();
      wire.write(textFrame(`40${body}`));
      await wire.until(isAnswer, 5_000);
      const answer = wire.packets.find(isAnswer) ?? 'nothing';
      const refused = answer.includes('BAD_REQUEST');
      target.expect(
        refused === TOO_MUCH.includes(body),
        `auth ${body.slice(0, 30)}... (${body.length}): ${answer.slice(0, 80)}`,
      );
    }
  },
};

const MEMBERS = 20;
const REQUESTS = 6;

export const authenticateAuth: Attack = {
  name: 'authenticate-auth',
  tries: 'rt:authenticate with the same bodies, many times, on connections that stay',
  growthMb: GROWTH_MB,
  async run(target) {
    const sockets = await crowd(MEMBERS, 5, async (i) => target.connect(await target.login(`user${i}`)));
    const before = await target.stats({ gc: true });
    await crowd(MEMBERS * REQUESTS, 20, async (i) => {
      const body = i % 2 === 0 ? LARGEST_BODY : TOO_MUCH[i % TOO_MUCH.length];
      const reply = await sockets[i % MEMBERS].request('rt:authenticate', body);
      const code = reply?.ok ? 'ok' : (reply?.error?.code ?? 'no reply');
      target.expect(code === 'BAD_REQUEST', `an oversized auth was answered by ${code}`);
    });
    const { heapUsed } = await target.stats({ gc: true });
    const each = (heapUsed - before.heapUsed) / MEMBERS / 1e3;
    target.expect(each <= MOST_KB_EACH, `${Math.round(each)} KB of heap for each connection`);
  },
};
