// What does each kind of work cost on this machine? Fitted to series that differ in nodes, members and history.
import { broadcastWork, type Work, work } from '../model/work.js';
import { leastSquares, type Observation } from './least-squares.js';
import type { Series, SeriesCost } from './measured-site.js';

const FITTED_OF_NODE = ['broadcast', 'historyBroadcast', 'received', 'write', 'request'] as const;
const FITTED_OF_REDIS = ['publish', 'historyPublish', 'frameOut'] as const;

/** CPU microseconds of what a series does, and of a second in which nothing happens. */
export interface Calibration {
  readonly node: Readonly<Record<(typeof FITTED_OF_NODE)[number] | 'nodeSecond', number>>;
  readonly redis: Readonly<Record<(typeof FITTED_OF_REDIS)[number] | 'serverSecond', number>>;
}

/** Nodes that the series need. */
export const NODES = 3;

/** Before all others, and alike on all nodes, so that none of them runs code that is less optimized than that of others. */
export function warmUpOn(nodes: number, count: number): Series[] {
  const members = Array.from({ length: nodes }, () => 20);
  return ['plain', 'kept'].map((kind) => ({ channel: `${kind}.warm-up`, event: 'say', members, count }));
}

/** None of them is among those that a prediction is compared with. */
export const CALIBRATION: readonly Series[] = [
  { channel: 'plain.a', event: 'note', members: [1], count: 300 },
  { channel: 'plain.b', event: 'say', members: [150], count: 120 },
  { channel: 'plain.c', event: 'say', members: [20, 20, 20], count: 150 },
  { channel: 'plain.d', event: 'say', members: [150, 150, 150], count: 100 },
  { channel: 'kept.b', event: 'say', members: [150], count: 100 },
  { channel: 'kept.c', event: 'say', members: [20, 20, 20], count: 120 },
];

/** What the model says that a series does. Each event comes alone, so each is a write. */
export function workOfSeries({ channel, event, members, count }: Series): Work {
  if (event === 'note') return work({ request: count });
  const all = members.reduce((sum, own) => sum + own, 0);
  const kept = channel.startsWith('kept.') ? count : 0;
  const nodes = members.length;
  const broadcasts = broadcastWork({ count, kept, members: all, nodes, others: nodes - 1, framesPerWrite: 1 });
  return { ...broadcasts, node: { ...broadcasts.node, request: count } };
}

/** `costs` has what each series of `CALIBRATION` cost, `rest` what a while without any did. */
export function calibrate(costs: readonly SeriesCost[], rest: SeriesCost): Calibration {
  const nodeSecond = rest.nodes.reduce((sum, micros) => sum + micros, 0) / rest.nodes.length / rest.seconds;
  const serverSecond = rest.redis / rest.seconds;
  const ofNodes: Observation<(typeof FITTED_OF_NODE)[number]>[] = [];
  const ofRedis: Observation<(typeof FITTED_OF_REDIS)[number]>[] = [];
  for (const [index, series] of CALIBRATION.entries()) {
    const { nodes, redis, seconds } = costs[index];
    series.members.forEach((_, node) => {
      ofNodes.push({ done: partOf(series, node), micros: nodes[node] - nodeSecond * seconds });
    });
    if (series.event === 'say')
      ofRedis.push({ done: workOfSeries(series).redis, micros: redis - serverSecond * seconds });
  }
  return {
    node: { ...leastSquares(FITTED_OF_NODE, ofNodes), nodeSecond },
    redis: { ...leastSquares(FITTED_OF_REDIS, ofRedis), serverSecond },
  };
}

/** The first node has the sender; the others hear of it. */
function partOf(series: Series, node: number): Observation<(typeof FITTED_OF_NODE)[number]>['done'] {
  const { count, event, members } = series;
  if (event === 'note') return { request: count };
  const write = count * members[node];
  if (node > 0) return { received: count, write };
  const { historyBroadcast } = workOfSeries(series).node;
  return { request: count, broadcast: count, historyBroadcast, write };
}
