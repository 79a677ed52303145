// Which scenarios run, and where do the results go? The compiled entry behind `benchmarks/run.mjs`.
import { calibration } from './calibration/calibration.scenario.js';
import { chat } from './chat/chat.scenario.js';
import { cluster } from './cluster/cluster.scenario.js';
import { clusterNodes } from './cluster/nodes.scenario.js';
import { clusterRecovery } from './cluster/recovery.scenario.js';
import { connects } from './connects/connects.scenario.js';
import { dashboard } from './dashboard/dashboard.scenario.js';
import { fanOut } from './fan-out/fan-out.scenario.js';
import { describeMachine } from './harness/machine.js';
import { type Options, parseOptions, USAGE } from './harness/options.js';
import { toMarkdown, toRows } from './harness/report.js';
import type { CaseResult, Scenario } from './harness/scenario.js';
import { idleMemory } from './idle-memory/idle-memory.scenario.js';
import { inbound } from './inbound/inbound.scenario.js';
import { listBroadcast } from './list-broadcast/list-broadcast.scenario.js';
import { latency } from './latency/latency.scenario.js';
import { manyRooms } from './many-rooms/many-rooms.scenario.js';
import { presence } from './presence/presence.scenario.js';
import { slowConsumer } from './slow-consumer/slow-consumer.scenario.js';

const SCENARIOS: readonly Scenario[] = [
  fanOut,
  manyRooms,
  listBroadcast,
  chat,
  inbound,
  connects,
  idleMemory,
  latency,
  slowConsumer,
  dashboard,
  cluster,
  clusterNodes,
  clusterRecovery,
  calibration,
  presence,
];

async function main(options: Options): Promise<void> {
  const unknown = options.scenarios.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown !== undefined) throw new RangeError(`There is no scenario "${unknown}".\n\n${USAGE}`);

  const machine = describeMachine();
  const results: CaseResult[] = [];
  for (const scenario of SCENARIOS) {
    if (options.scenarios.length > 0 && !options.scenarios.includes(scenario.name)) continue;
    console.error(`${scenario.name} ...`);
    results.push(...(await scenario.run(options)));
  }

  const rows = toRows(results);
  console.log(options.json ? JSON.stringify({ machine, rows, results }, null, 2) : toMarkdown(machine, rows));
  if (options.check && rows.some(({ met }) => met === false)) process.exitCode = 1;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(USAGE);
  else await main(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // Servers and load generators end when the channel to this process closes.
  process.exit(1);
}
