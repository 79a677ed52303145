// What happens without clients? Beats, interest, revocations; and the question whether a user is online.
import { setTimeout } from 'node:timers/promises';
import type { Options } from '../harness/options.js';
import type { CaseResult } from '../harness/scenario.js';
import { PresentNodes } from './present-nodes.js';
import { MANY, result, results, rounds } from './samples.js';

const NODES = 10;
const RESTING = 4_000;

export async function upkeep(options: Options): Promise<CaseResult[]> {
  const site = await PresentNodes.start(1);
  try {
    const [node] = site.nodes;
    await node.call('setOnline', 500);
    const online = await rounds(options, () => site.cost(() => node.call('isOnline', 500)));
    const few = await rounds(options, () => site.cost(() => setTimeout(RESTING * options.scale)));
    const revoked = await rounds(options, () => site.cost(() => node.call('revoke', 50)));
    const before = await site.redis.memory();
    await node.call('watchAll', MANY);
    const interest = ((await site.redis.memory()) - before) / MANY;
    await node.call('more', NODES);
    const many = await rounds(options, () => site.cost(() => setTimeout(RESTING * options.scale)));
    const revokedByAll = await rounds(options, () => site.cost(() => node.call('revoke', 50)));
    const beats = (NODES * RESTING * options.scale) / 2_000;
    return [
      ...results('`isOnline`', 500, online),
      result(
        'a beat of a node, Redis',
        'CPU-µs each',
        many.map(({ redis }, index) => (redis - few[index].redis) / beats),
      ),
      result(
        'a revocation, for each further node, Redis',
        'CPU-µs each',
        revokedByAll.map(({ redis }, index) => (redis - revoked[index].redis) / 50 / NODES),
      ),
      result('a channel that a node listens to, memory of Redis', 'bytes', [interest]),
    ];
  } finally {
    await site.close();
  }
}
