// What does it cost to know who is here? Joins and leaves, a channel of 10,000 members, and questions, beside Socket.IO's `fetchSockets`.
import type { Options } from '../harness/options.js';
import type { CaseResult, Scenario } from '../harness/scenario.js';
import { type PresenceCost, PresentNodes } from './present-nodes.js';
import { questions } from './questions.js';
import { MANY, result, results, ROOM, rounds } from './samples.js';
import { upkeep } from './upkeep.js';

const FEW = 50;
/** For the sweep, so that a dead node is found soon. */
const HASTY = { beatInterval: '200ms', nodeLease: '1s' };

export const presence: Scenario = {
  name: 'presence',
  async run(options) {
    return [
      ...(await changes(options)),
      ...(await largeChannel(options)),
      ...(await sweeps(options)),
      ...(await questions(options)),
      ...(await upkeep(options)),
    ];
  },
};

/** A user joins and leaves alone, or with 49 others; the members of the channel are few, and another node hears of it. */
async function changes(options: Options): Promise<CaseResult[]> {
  const alone = Math.round(1_000 * options.scale);
  const site = await PresentNodes.start(2);
  try {
    const [node, other] = site.nodes;
    const all = { join: [], leave: [], joinAlone: [], leaveAlone: [] } as Record<string, PresenceCost[]>;
    await rounds(options, async () => {
      all.joinAlone.push(await site.cost(() => node.call('joinAlone', { channel: ROOM, first: 0, count: alone })));
      all.leaveAlone.push(await site.cost(() => node.call('leaveAlone', { channel: ROOM, first: 0, count: alone })));
      for (const what of ['join', 'leave'] as const) {
        all[what].push(
          await site.cost(async () => {
            for (let call = 0; call < 100; call++)
              await node.call(what, { channel: `rooms.${call}`, first: 0, count: FEW });
          }),
        );
      }
    });
    await other.call('follow', ROOM);
    const heard = await rounds(options, async () => {
      const cost = await site.cost(async () => {
        const folded = other.call('folded', { channel: ROOM, size: alone });
        await node.call('joinAlone', { channel: ROOM, first: 0, count: alone });
        await folded;
      });
      const empty = other.call('folded', { channel: ROOM, size: 0 });
      await node.call('leave', { channel: ROOM, first: 0, count: alone });
      await empty;
      return cost;
    });
    return [
      ...results('a join, alone', alone, all.joinAlone.slice(1)),
      ...results('a leave, alone', alone, all.leaveAlone.slice(1)),
      ...results(`a join, ${FEW} gathered`, 100 * FEW, all.join.slice(1)),
      ...results(`a leave, ${FEW} gathered`, 100 * FEW, all.leave.slice(1)),
      result(
        'a join, alone, on a node that hears of it',
        'CPU-µs each',
        heard.map(({ nodes }) => nodes[1] / alone),
      ),
      result(
        'a join, alone, heard by a node, Redis',
        'CPU-µs each',
        heard.map(({ redis }) => redis / alone),
      ),
    ];
  } finally {
    await site.close();
  }
}

async function largeChannel(options: Options): Promise<CaseResult[]> {
  const site = await PresentNodes.start(2);
  try {
    const [node, other] = site.nodes;
    const everyone = { channel: ROOM, first: 0, count: MANY };
    await other.call('follow', ROOM);
    const memory: number[] = [];
    const changed: Record<'join' | 'leave', PresenceCost[]> = { join: [], leave: [] };
    await rounds(options, async () => {
      const before = await site.redis.memory();
      for (const [what, size] of [
        ['join', MANY],
        ['leave', 0],
      ] as const) {
        changed[what].push(
          await site.cost(async () => {
            const folded = other.call('folded', { channel: ROOM, size });
            await node.call(what, everyone);
            await folded;
          }),
        );
        if (what === 'join') memory.push(((await site.redis.memory()) - before) / MANY);
      }
    });
    await node.call('join', everyone);
    const ask = (call: 'read' | 'count', times: number): Promise<PresenceCost[]> =>
      rounds(options, () => site.cost(() => other.call(call, { channel: ROOM, times })));
    const joins = changed.join.slice(1);
    return [
      ...results('10,000 join one channel, and another node folds it', MANY, joins),
      result(
        '10,000 join one channel, node that folds it',
        'CPU-µs each',
        joins.map(({ nodes }) => nodes[1] / MANY),
      ),
      ...results('10,000 leave one channel, and another node folds it', MANY, changed.leave.slice(1)),
      result('a member of a channel of 10,000, memory of Redis', 'bytes', memory.slice(1)),
      ...results('read of 10,000 members', 10, await ask('read', 10), 1),
      ...results('`count` of 10,000 members', 500, await ask('count', 500), 1),
    ];
  } finally {
    await site.close();
  }
}

/** A node with all members dies, and another one takes them out. Each round needs nodes of its own. */
async function sweeps(options: Options): Promise<CaseResult[]> {
  const costs: PresenceCost[] = [];
  for (let round = 0; round < options.freshRounds; round++) {
    const site = await PresentNodes.start(2, HASTY);
    try {
      const [dying, other] = site.nodes;
      await dying.call('join', { channel: ROOM, first: 0, count: MANY });
      await other.call('follow', ROOM);
      const survivor = new Survivors(site);
      costs.push(
        await survivor.cost(async () => {
          const empty = other.call('folded', { channel: ROOM, size: 0 });
          await dying.close();
          await empty;
        }),
      );
    } finally {
      await site.close();
    }
  }
  return [
    result(
      'sweep of 10,000 members of a dead node, Redis',
      'CPU-ms',
      costs.map(({ redis }) => redis / 1_000),
    ),
    result(
      'sweep of 10,000 members of a dead node, node',
      'CPU-ms',
      costs.map(({ nodes }) => nodes[0] / 1_000),
    ),
  ];
}

/** As the site, without the node that dies. */
class Survivors {
  constructor(private readonly site: PresentNodes) {}

  async cost(run: () => Promise<unknown>): Promise<PresenceCost> {
    const [, survivor] = this.site.nodes;
    await survivor.call('mark', undefined);
    const before = await this.site.redis.cpuMicros();
    const began = performance.now();
    await run();
    const wallMs = performance.now() - began;
    const redis = (await this.site.redis.cpuMicros()) - before;
    return { redis, nodes: [await survivor.call('cpu', undefined)], wallMs };
  }
}
