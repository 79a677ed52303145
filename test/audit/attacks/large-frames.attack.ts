// What may bytes cost? Connections of nobody that send the largest frames as often as packets are legal.
import type { Attack } from '../harness/attack.js';
import { textFrame } from '../wire/frames.js';
import { LARGEST_BODY } from '../wire/json.js';

/** Below `limits.packetsPerSecond`, which is 500. */
const PER_SECOND = 450;
const DURATION_MS = 4_000;
const FRAMES: Readonly<Record<string, Buffer>> = {
  'an unknown event': textFrame(`42["x",${LARGEST_BODY}]`),
  'a long string': textFrame(`42["rt:message",{"channel":"t.auth","payload":"${'x'.repeat(65_000)}"}]`),
  'a packet of no kind': textFrame(`6${'x'.repeat(65_000)}`),
};

export const largeFrames: Attack = {
  name: 'large-frames',
  tries: 'anonymous connections send 65 KB frames at a packet rate that is legal',
  growthMb: 64,
  async run(target) {
    const before = target.watch.workedMs;
    const startedAt = performance.now();
    await Promise.all(
      Object.entries(FRAMES).map(async ([title, one]) => {
        const wire = await target.wire();
        const sent = await wire.pace(one, PER_SECOND, DURATION_MS);
        const bye = wire.packets.find((packet) => packet.startsWith('42["rt:bye"')) ?? 'no rt:bye';
        target.expect(wire.closed, `${sent} large frames (${title}) did not end the connection`);
        target.expect(bye.includes('POLICY'), `after ${sent} large frames (${title}) came ${bye}`);
      }),
    );
    const share = (target.watch.workedMs - before) / (performance.now() - startedAt);
    target.note(`${Math.round(100 * share)} % of a core`);
  },
};
