// Does a connection that ends while gate 1 is at work leave nothing behind? Not its memory, and not its place among a user's.
import { setTimeout } from 'node:timers/promises';
import type { Attack } from '../harness/attack.js';
import type { Target } from '../harness/target.js';
import { crowd } from '../wire/crowd.js';
import { endSomehow, LAST_FRAMES } from '../wire/endings.js';
import { textFrame } from '../wire/frames.js';
import { LARGEST_BODY, manyObjects } from '../wire/json.js';

/** Every second connection does what costs most; the others are let past any bound on `auth`, and end in every way. */
const SMALL_BODY = manyObjects(50);
const SECOND_CONNECT = LAST_FRAMES[0];
const CONNECTIONS = 400;
const HANDS = 20;

export const closeInGate1: Attack = {
  name: 'close-in-gate-1',
  tries: 'CONNECT and what ends the connection in one segment, from 400 anonymous connections',
  async run(target) {
    await crowd(CONNECTIONS, HANDS, async (index) => {
      const wire = await target.open();
      if (index % 2 === 0) wire.write(textFrame(`40${LARGEST_BODY}`), SECOND_CONNECT);
      else wire.write(textFrame(`40${SMALL_BODY}`), LAST_FRAMES[((index - 1) / 2) % LAST_FRAMES.length]);
      target.expect(await wire.ends(5_000), 'a connection was not ended');
      wire.destroy();
    });
  },
};

const DROPS = 150;
const AUTHENTICATION_MS = 200;
const STAY_MS = 50;

export const lockout: Attack = {
  name: 'lockout',
  tries: 'one session connects and hangs up 150 times while the authenticator works; its user must still get in',
  async run(target) {
    const token = await target.login('victim');
    await target.control('/auth', { mode: 'ok', delayMs: AUTHENTICATION_MS });
    await crowd(DROPS, 30, (index) => drop(target, token, index));
    await target.control('/auth', { mode: 'ok', delayMs: 0 });
    await setTimeout(2 * AUTHENTICATION_MS);
    const socket = await target.connect(token);
    const answer = socket.packets[1] ?? 'nothing';
    target.expect(answer.startsWith('40'), `the user is locked out: ${answer}`);
  },
};

async function drop(target: Target, token: string, index: number): Promise<void> {
  const wire = await target.open();
  wire.write(textFrame(`40${JSON.stringify({ token })}`));
  await setTimeout(STAY_MS);
  endSomehow(wire, index);
  await wire.ends(5_000);
}
