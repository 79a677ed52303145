// Does the server survive a long run under random faults? Runs it, then prints what must be zero and how the heap developed.
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { until } from '../kit/until.js';
import { Chance } from '../kit/chance.js';
import { Actions, ROOMS } from './actions.js';
import { heapGrowth } from './heap.js';
import { Model } from './model.js';
import { SoakClient } from './soak-client.js';

const LEASE_MS = 5_000;
/** Actions under way at once. */
const HANDS = 16;
const SAMPLES = 40;
/** The heap may grow by this much between the first third of a run and its end; noise is about half of it. */
const MOST_GROWTH = 0.1;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    clients: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const [minutes, count, seed] = [values.minutes, values.clients, values.seed].map(Number) as [number, number, number];

console.log(`soak: ${minutes} minutes, ${count} clients, --seed ${seed}`);
const fixture = await FixtureProcess.start({
  REALTIME_OPTIONS: JSON.stringify({ lease: LEASE_MS, requestTimeout: 2_000, authenticationTimeout: 1_000 }),
});
const url = `${fixture.url.replace('http', 'ws')}${fixture.path}/?EIO=4&transport=websocket`;
const model = new Model(LEASE_MS);
const users = Array.from({ length: Math.max(5, Math.ceil(count / 5)) }, (_, i) => `user${i}`);
const clients = Array.from(
  { length: count },
  (_, i) => new SoakClient(url, model, i % 10 === 9 ? null : users[i % users.length]),
);
const actions = new Actions(fixture, model, new Chance(seed), clients, users);

const end = performance.now() + minutes * 60_000;
let failure: unknown = null;
const repeat = async (action: () => Promise<void>, pauseMs: number): Promise<void> => {
  while (performance.now() < end && fixture.alive && failure === null) {
    await action();
    await setTimeout(pauseMs);
  }
};
const heap: number[] = [];
const sampling = async (): Promise<void> => {
  const { heapUsed, connections, unhandled } = await fixture.stats({ gc: true });
  heap.push(heapUsed);
  console.log(
    `${connections} connections, heap ${(heapUsed / 1e6).toFixed(1)} MB, ${model.judged} events judged, ${unhandled} unhandled`,
  );
};
try {
  await Promise.all([
    ...Array.from({ length: HANDS }, () => repeat(() => actions.ofClient(), 5)),
    repeat(() => actions.publish(), 20),
    repeat(() => actions.fault(), 100),
    repeat(sampling, (minutes * 60_000) / SAMPLES),
  ]);
} catch (error) {
  failure = error;
}

let rest: object = {};
if (fixture.alive) {
  await fixture.control('/auth', { mode: 'ok' });
  for (const room of ROOMS) await fixture.control('/rooms', { roomId: room.slice('t.room.'.length), open: true });
  await Promise.all(clients.map((client) => client.close(true)));
  const { connections, subscriptions, rooms, inFlight, pendingAuth } = await until(
    () => fixture.stats({ gc: true }),
    (stats) => stats.connections + stats.inFlight + stats.pendingAuth === 0,
    20_000,
  );
  rest = { connections, subscriptions, rooms, inFlight, pendingAuth };
}
const stats = fixture.alive ? await fixture.stats() : null;
const exit = fixture.alive ? await fixture.stop() : 'crashed';
const growth = heapGrowth(heap);
const report = {
  seed,
  crashes: exit === 'crashed' ? 1 : 0,
  exit,
  unhandled: stats?.unhandled ?? null,
  polluted: stats?.polluted ?? null,
  unauthorized: model.unauthorized.length,
  judged: model.judged,
  heapGrowth: `${(100 * growth).toFixed(1)} %`,
  leftBehind: rest,
  actions: actions.counts,
  refusals: stats?.refusals,
};
console.log(JSON.stringify(report, null, 2));
for (const line of model.unauthorized.slice(0, 20)) console.log(line);
if (failure !== null) console.error(failure);
const clean =
  exit === 0 &&
  failure === null &&
  stats?.unhandled === 0 &&
  !stats.polluted &&
  model.unauthorized.length === 0 &&
  growth < MOST_GROWTH &&
  Object.values(rest).every((left) => left === 0);
process.exit(clean ? 0 : 1);
