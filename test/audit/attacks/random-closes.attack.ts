// Is all given back, wherever the end strikes? Connections that end at a random moment of gates 1 and 2, or of a message.
import { setTimeout } from 'node:timers/promises';
import type { Attack } from '../harness/attack.js';
import type { Target } from '../harness/target.js';
import { endSomehow } from '../wire/endings.js';
import { textFrame } from '../wire/frames.js';

const DURATION_MS = 7_000;
const HANDS = 60;
const USERS = 12;
const MOST_DELAY_MS = 60;
const MOST_LIFE_MS = 250;

export const randomCloses: Attack = {
  name: 'random-closes',
  tries:
    'connections that end at a random await of gates 1 and 2, with subscribes, messages and authentications under way',
  options: { requestTimeout: 1_000, authenticationTimeout: 1_000 },
  async run(target) {
    const sessions: string[] = [];
    for (let i = 0; i < USERS; i++) sessions.push(await target.login(`user${i}`));
    const end = performance.now() + DURATION_MS;
    let lives = 0;
    const hand = async (): Promise<void> => {
      for (; performance.now() < end; lives++) await live(target, sessions);
    };
    const moods = async (): Promise<void> => {
      while (performance.now() < end) await changeMood(target);
    };
    await Promise.all([...Array.from({ length: HANDS }, hand), moods()]);
    target.note(`${lives} connections came and went`);
  },
};

async function live(target: Target, sessions: readonly string[]): Promise<void> {
  const { chance } = target;
  const wire = await target.open();
  const token = chance.one([...sessions, 'nobody']);
  const frames = [textFrame(chance.next() < 0.2 ? '40' : `40${JSON.stringify({ token })}`)];
  // some wait for the answer, others send everything at once
  if (chance.next() < 0.6) {
    wire.write(...frames.splice(0));
    await wire.until((packet) => /^4[04]/.test(packet), chance.below(MOST_LIFE_MS));
  }
  const channel = `t.room.r${chance.below(20)}`;
  const requests = [
    `["rt:subscribe",[{"channel":"t.auth"},{"channel":"${channel}"}]]`,
    `["rt:subscribe",{"channel":"${channel}"}]`,
    `["rt:message",{"channel":"${channel}","event":"note","payload":{"text":"x"}}]`,
    `["rt:message",{"channel":"t.auth","event":"slow","payload":{"ms":${chance.below(200)}}}]`,
    `["rt:authenticate",${JSON.stringify({ token })}]`,
    `["rt:unsubscribe",{"channel":"${channel}"}]`,
  ];
  for (let id = chance.below(8); id > 0; id--) frames.push(textFrame(`42${id}${chance.one(requests)}`));
  wire.write(...frames, textFrame('3'));
  await setTimeout(chance.below(MOST_LIFE_MS));
  endSomehow(wire, chance.below(100));
  await wire.ends(1_000);
  wire.destroy();
}

async function changeMood(target: Target): Promise<void> {
  const { chance } = target;
  await target.control('/auth', { mode: 'ok', delayMs: chance.below(MOST_DELAY_MS) });
  await target.control('/guard', { delayMs: chance.below(MOST_DELAY_MS) });
  // authority that changes meanwhile makes gates ask again
  await target.control('/roles', { userId: `user${chance.below(USERS)}`, roles: [`r${chance.below(3)}`] });
  await setTimeout(100);
}
