// Who is in a room of 1,000 members on two nodes? Socket.IO asks the other node, this module its own map, or Redis in a process without one.
import { Cluster } from '../cluster/cluster.js';
import { CLUSTER_CONTESTANTS, type ClusterContestant, NODE } from '../cluster/contestants.js';
import type { Options } from '../harness/options.js';
import type { CaseResult } from '../harness/scenario.js';
import { type PresenceCost, PresentNodes } from './present-nodes.js';
import { ROOM, rounds } from './samples.js';

const PER_NODE = 500;
const QUESTIONS = 20;
const ADAPTERS = CLUSTER_CONTESTANTS.filter(({ peer }) => peer.endsWith('-adapter'));

export async function questions(options: Options): Promise<CaseResult[]> {
  const costs = new Map<ClusterContestant, PresenceCost[]>();
  const site = await PresentNodes.start(2);
  try {
    for (const [index, node] of site.nodes.entries()) {
      await node.call('follow', ROOM);
      await node.call('join', { channel: ROOM, first: index * PER_NODE, count: PER_NODE });
    }
    for (const node of site.nodes) await node.call('folded', { channel: ROOM, size: 2 * PER_NODE });
    const ask = (call: 'members' | 'read') =>
      rounds(options, () => site.cost(() => site.nodes[0].call(call, { channel: ROOM, times: QUESTIONS })));
    costs.set({ ...NODE, label: 'nestjs-realtime, members of a node' }, await ask('members'));
    costs.set({ ...NODE, label: 'nestjs-realtime, read from Redis' }, await ask('read'));
  } finally {
    await site.close();
  }
  for (const contestant of ADAPTERS) costs.set(contestant, await fetchSockets(contestant, options));
  const answer = (what: string, figure: (cost: PresenceCost) => number): CaseResult => ({
    scenario: 'presence',
    case: `who is in a room of 1,000 members on 2 nodes, ${what}`,
    unit: 'CPU-µs each',
    contestants: [...costs].map(([contestant, all]) => ({ ...contestant, samples: all.map(figure) })),
    targets: [],
  });
  return [
    answer('Redis', ({ redis }) => redis / QUESTIONS),
    answer('both nodes', ({ nodes }) => (nodes[0] + nodes[1]) / QUESTIONS),
  ];
}

async function fetchSockets({ peer }: ClusterContestant, options: Options): Promise<PresenceCost[]> {
  const cluster = await Cluster.start(peer, [PER_NODE, PER_NODE]);
  try {
    return await rounds(options, async () => {
      const { redis, nodes, wallMs } = await cluster.askMembers(QUESTIONS, 2 * PER_NODE);
      return { redis, nodes: [nodes, 0], wallMs };
    });
  } finally {
    await cluster.close();
  }
}
