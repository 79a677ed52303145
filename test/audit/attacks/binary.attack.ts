// Is anything kept for binary packets? Events that announce attachments which never come, and frames of bytes.
import type { Attack } from '../harness/attack.js';
import { crowd } from '../wire/crowd.js';
import { BINARY, frame, textFrame } from '../wire/frames.js';
import { LARGEST_BODY } from '../wire/json.js';

const GROWTH_MB = 64;
const ROUNDS = 20;
const PLACEHOLDER = '{"_placeholder":true,"num":0}';
const PACKETS: readonly (readonly [title: string, packet: Buffer])[] = [
  ['an event without its attachment', textFrame(`451-["rt:message",${PLACEHOLDER}]`)],
  ['a large event without its attachment', textFrame(`451-["rt:message",${PLACEHOLDER},${LARGEST_BODY}]`)],
  ['an event of a million attachments', textFrame(`451000000-["rt:message",${PLACEHOLDER}]`)],
  ['an answer without its attachment', textFrame(`461-1[${PLACEHOLDER}]`)],
  ['an event with no attachment', textFrame('450-["rt:message",{}]')],
  ['an attachment that nobody announced', frame(BINARY, Buffer.alloc(1_000))],
  ['a large frame of bytes', frame(BINARY, Buffer.alloc(60_000))],
  ['base64 in a text frame', textFrame('bAAAA')],
];

export const binary: Attack = {
  name: 'binary',
  tries: 'binary events without their attachments, attachments without events, from connections that stay',
  growthMb: GROWTH_MB,
  async run(target) {
    await crowd(ROUNDS * PACKETS.length, 10, async (index) => {
      const [title, packet] = PACKETS[index % PACKETS.length];
      const wire = await target.wire();
      wire.write(packet);
      target.expect(await wire.ends(1_000), `${title} did not end its connection`);
    });
  },
};
