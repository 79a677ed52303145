// What is one run? It starts everything, lets faults happen while events flow, waits until all is well, and judges.
import { setTimeout } from 'node:timers/promises';
import type { Position } from '@nestjs-realtime/contract';
import { io } from 'socket.io-client';
import { Chance } from '../kit/chance.js';
import { until } from '../kit/until.js';
import { Attendance } from './attendance.js';
import { ChaosClient } from './chaos-client.js';
import { edgesOfAMove } from './edges.js';
import type { Engine } from './engine.js';
import { faultNames, faultsOf } from './faults.js';
import { Ledger } from './ledger.js';
import { type ChaosNode, Nodes } from './nodes.js';
import { Publisher } from './publisher.js';
import { Reader } from './reader.js';
import { type ChaosReport, reportOf } from './report.js';

const LOGS = 20;
const LOGS_PER_CLIENT = 2;
/** Between two faults. */
const CALM_MS = 1_000;
const GRACE_MS = 1_000;
/** In which all nodes must be well, and all clients must have caught up, on a machine that is busy. */
const PATIENCE_MS = 60_000;

export interface ChaosPlan {
  /** Started for this run, which stops it. */
  readonly engine: Engine;
  readonly forMs: number;
  readonly clients: number;
  readonly perSecond: number;
  readonly chance: Chance;
  readonly say: (line: string) => void;
  /** Nodes that may be killed and replaced; all by default. */
  readonly mortal?: (nodes: Nodes) => readonly ChaosNode[];
  /** Called between two faults, when all is well. */
  readonly calm?: (nodes: Nodes) => Promise<void>;
}

export async function runChaos(plan: ChaosPlan): Promise<ChaosReport> {
  const { engine, forMs, clients: count, perSecond, chance, say } = plan;
  // the rate of one machine comes from one address, and no client is a person
  const nodes = await Nodes.start(3, engine, { limits: { messagesPerSecond: 1_000 }, presenceGrace: GRACE_MS });
  const ledger = new Ledger();
  // what the clients draw depends on the time; what goes wrong must not
  const apart = (): Chance => new Chance(chance.below(2 ** 31));
  const logIds = Array.from({ length: LOGS }, (_, index) => `l${index}`);
  const clients = Array.from({ length: count }, (_, index) => {
    const own = Array.from({ length: LOGS_PER_CLIENT }, (_unused, nth) => `t.log.${logIds[(index + 7 * nth) % LOGS]}`);
    const readers = own.map((channel) => new Reader(channel, ledger));
    return new ChaosClient(`user${index % 100}`, nodes, readers, apart());
  });
  const attendance = new Attendance(
    clients.map(({ member }) => member),
    say,
  );
  const publisher = new Publisher(nodes, logIds, ledger, apart());
  for (const client of clients) void client.run();
  await until(
    () =>
      clients.filter(({ readers, member }) => member.isHere && readers.every((one) => one.position !== null)).length,
    (subscribed) => subscribed === count,
    PATIENCE_MS,
  );
  const publishing = publisher.run(perSecond);
  const happened: Record<string, number> = {};
  const faults = faultsOf(engine);
  const began = performance.now();
  for (const name of faultNames(faults, chance)) {
    if (performance.now() - began > forMs) break;
    const at = performance.now();
    await faults[name]({ engine, nodes, ledger, chance, mortal: plan.mortal?.(nodes) ?? nodes.all });
    const over = performance.now();
    await nodes.healthy(PATIENCE_MS);
    happened[name] = (happened[name] ?? 0) + 1;
    say(`${seconds(at - began)} ${name}: ${seconds(over - at)}, well again after ${seconds(performance.now() - over)}`);
    await attendance.check(name, PATIENCE_MS);
    await plan.calm?.(nodes);
    await setTimeout(CALM_MS);
  }
  publisher.stop();
  await publishing;
  const tops = await positionsOf(logIds, nodes, chance);
  await until(
    () => clients.filter((client) => !client.isAt(tops)).length,
    (behind) => behind === 0,
    PATIENCE_MS,
  ).catch(() => undefined);
  const members = clients.map(({ member }) => member);
  const edges = await edgesOfAMove(members, { nodes, attendance, patienceMs: PATIENCE_MS });
  for (const { readers } of clients) for (const reader of readers) reader.end(tops.get(reader.channel)!);
  for (const client of clients) client.close();
  await nodes.stop();
  await engine.stop();
  return reportOf({ clients, ledger, publisher, nodes, attendance, edges, happened });
}

/** Where each log stands, as a new client is told. */
async function positionsOf(logIds: readonly string[], nodes: Nodes, chance: Chance): Promise<Map<string, Position>> {
  const { fixture } = nodes.one(chance);
  const socket = io(fixture.url, {
    path: fixture.path,
    auth: { token: await fixture.login('judge') },
    transports: ['websocket'],
    forceNew: true,
  });
  const tops = new Map<string, Position>();
  for (const logId of logIds) {
    const channel = `t.log.${logId}`;
    // A node that has just found its engine again may ask to come back later.
    const { position } = await until(
      () => socket.timeout(PATIENCE_MS).emitWithAck('rt:subscribe', { channel }) as Promise<{ position?: Position }>,
      (reply) => reply.position !== undefined,
      PATIENCE_MS,
    );
    tops.set(channel, position!);
  }
  socket.disconnect();
  return tops;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
