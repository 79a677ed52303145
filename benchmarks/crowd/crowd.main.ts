// Does one node hold ten thousand connections? It boots, takes them, subscribes them, holds, broadcasts and drains; each step with its cost.
import { fork } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MeasuredRedis } from '../cluster/redis.js';
import { describeMachine } from '../harness/machine.js';
import { RemoteProcess } from '../harness/process-calls.js';
import type { LoadApi } from '../load/load.main.js';
import type { Memory } from '../peers/peer.main.js';

type CrowdNodeApi = {
  started(input: undefined): { port: number; bootMs: number };
  mark(input: undefined): void;
  cpu(input: undefined): number;
  connections(input: undefined): number;
  memory(input: undefined): Memory;
  broadcast(series: { first: number; count: number }): void;
  drain(input: undefined): number;
};

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '10000' },
    rooms: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '60' },
    broadcasts: { type: 'string', default: '50' },
    loads: { type: 'string', default: '2' },
    plain: { type: 'boolean', default: false },
  },
});
const [connections, rooms, seconds, broadcasts, loads] = [
  values.connections,
  values.rooms,
  values.seconds,
  values.broadcasts,
  values.loads,
].map(Number) as [number, number, number, number, number];
/** Each load has as many rooms as every other, so that a room has members of all of them. */
const perLoad = Math.ceil(connections / loads);
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const redis = await MeasuredRedis.start();
const child = fork(here('../../crowd/crowd-node.mjs'), [String(redis.port), values.plain ? 'plain' : 'presence'], {
  execArgv: ['--expose-gc'],
  env: { ...process.env, NODE_ENV: 'production' },
});
const node = new RemoteProcess<CrowdNodeApi>('node', child);
const { port, bootMs } = await node.call('started', undefined);
const crowd = Array.from({ length: loads }, (_, load) => {
  const endpoint = JSON.stringify({ port, path: '/realtime/', dialect: 'realtime', users: `user-${load}-` });
  return new RemoteProcess<LoadApi>(`load ${load}`, fork(here('../load/load.main.js'), [endpoint]));
});
const all = perLoad * loads;

console.log(`${describeMachine().replace('server and load generator pinned to a core each', 'not pinned')}\n`);
console.log(
  `${all.toLocaleString('en')} connections, ${rooms} rooms ${values.plain ? 'without' : 'with'} presence, and a feed for all\n`,
);
tell('boots', bootMs, []);
const empty = await node.call('memory', undefined);
tell('is empty', 0, [megabytes(empty)]);

const connected = await measured(() => each((load) => load.call('connect', perLoad)));
await until(async () => (await node.call('connections', undefined)) === all);
const full = await node.call('memory', undefined);
tell('connects', connected.ms, [
  `${(connected.node / all).toFixed(0)} CPU-µs each`,
  megabytes(full),
  `${kilobytes(empty, full)} each`,
]);

const subscribed = await measured(() => each((load) => load.call('subscribeSpread', { room: 'rooms', rooms })));
const joined = await node.call('memory', undefined);
tell('subscribes each to a room and the feed', subscribed.ms, [
  `${(subscribed.node / all / 2).toFixed(1)} CPU-µs a subscription`,
  `Redis ${(subscribed.redis / all).toFixed(1)} CPU-µs a member`,
  megabytes(joined),
  `${kilobytes(full, joined)} a connection`,
]);

const held = await measured(() => setTimeout(1_000 * seconds));
tell('holds', held.ms, [
  `${(held.node / all / seconds).toFixed(2)} CPU-µs a second and connection`,
  `Redis ${(held.redis / seconds).toFixed(0)} CPU-µs a second`,
  megabytes(await node.call('memory', undefined)),
]);

const sent = await measured(async () => {
  const listening = crowd.map((load) => new Promise<void>((resolve) => load.onNote(() => resolve())));
  const received = each((load) => load.call('receiveBroadcasts', { first: 0, count: broadcasts, step: broadcasts }));
  await Promise.race([Promise.all(listening), received]);
  await Promise.all([received, node.call('broadcast', { first: 0, count: broadcasts })]);
});
tell(`broadcasts ${broadcasts} times to all`, sent.ms, [
  `${(sent.node / all / broadcasts).toFixed(2)} CPU-µs a delivery`,
  `${((1_000 * all * broadcasts) / sent.ms).toFixed(0)} deliveries a second`,
]);

await each((load) => load.call('overhear', perLoad));
const drained = await measured(() => node.call('drain', undefined), true);
tell('drains', drained.ms, []);
await Promise.all([...crowd, node].map((one) => one.close()));
await redis.stop();

async function each(ask: (load: RemoteProcess<LoadApi>) => Promise<unknown>): Promise<void> {
  await Promise.all(crowd.map(ask));
}

async function measured(
  run: () => Promise<unknown>,
  isLast = false,
): Promise<{ ms: number; node: number; redis: number }> {
  await node.call('mark', undefined);
  const before = await redis.cpuMicros();
  const began = performance.now();
  await run();
  const ms = performance.now() - began;
  const ofRedis = (await redis.cpuMicros()) - before;
  return { ms, node: isLast ? 0 : await node.call('cpu', undefined), redis: ofRedis };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(50);
}

function tell(step: string, ms: number, figures: readonly string[]): void {
  console.log([step.padEnd(40), `${(ms / 1_000).toFixed(2)} s`.padStart(9), ...figures].join('  '));
}

function megabytes({ heapAndExternal, rss }: Memory): string {
  return `${(rss / 1e6).toFixed(0)} MB resident, ${(heapAndExternal / 1e6).toFixed(0)} MB heap and external`;
}

function kilobytes(before: Memory, after: Memory): string {
  return `${((after.heapAndExternal - before.heapAndExternal) / all / 1_024).toFixed(2)} KB`;
}
