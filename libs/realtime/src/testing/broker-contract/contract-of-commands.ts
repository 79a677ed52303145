// What does a broker owe commands for all nodes?
import assert from 'node:assert/strict';
import type { ControlCommand } from '../../broker/realtime.broker.js';
import { type ContractCase, type ContractRun, eventually } from './contract-run.js';

const COMMANDS: readonly ControlCommand[] = [
  { kind: 'disconnect', party: { userId: 'ada | lovelace' } },
  { kind: 'reauthorize', party: { sessionId: 'ключ' } },
  { kind: 'unsubscribe', party: { connectionId: '1' }, channel: 'room.1' },
  { kind: 'subscribe', party: { userId: 'ada' }, channel: 'room.1' },
  { kind: 'displace', party: { connectionId: '1' } },
];

export const COMMAND_CASES: readonly ContractCase[] = [
  { title: 'resolves a command when every other node has acted, and never acts itself', run: everyNode },
  { title: 'waits for a node that is slow to act', run: slowNode },
  { title: 'takes commands of a process without clients', run: fromPublisher },
  { title: 'waits for no node that has stopped', run: stoppedNode },
  {
    title: 'calls the nodes by their ids, in outcomes and, if it can, in a list with what each tells',
    run: namedNodes,
  },
];

async function everyNode(run: ContractRun): Promise<void> {
  const [caller, ...others] = await run.nodes(3);
  for (const command of COMMANDS) {
    const { acknowledged, missing } = await caller.broker.command(command);
    assert.equal(acknowledged.length, 2);
    assert.deepEqual(missing, []);
    for (const { heard } of others) assert.deepEqual(heard.commands.at(-1), command);
  }
  for (const { heard } of others) assert.equal(heard.commands.length, COMMANDS.length);
  assert.deepEqual(caller.heard.commands, []);
}

async function slowNode(run: ContractRun): Promise<void> {
  const [caller, slow] = await run.nodes(2);
  let release = (): void => undefined;
  slow.heard.acting = new Promise((resolve) => (release = resolve));
  let isOver = false;
  const called = caller.broker.command(COMMANDS[0]).then((outcome) => {
    isOver = true;
    return outcome;
  });
  await eventually('the node acts', () => slow.heard.commands.length === 1);
  assert.equal(isOver, false);
  release();
  assert.deepEqual((await called).missing, []);
}

async function fromPublisher(run: ContractRun): Promise<void> {
  const { heard } = await run.node();
  const broker = await run.publisher();
  const { acknowledged, missing } = await broker.command(COMMANDS[0]);
  assert.deepEqual([acknowledged.length, missing], [1, []]);
  assert.deepEqual(heard.commands, [COMMANDS[0]]);
}

async function stoppedNode(run: ContractRun): Promise<void> {
  const [caller, stopped] = await run.nodes(2);
  await stopped.broker.stop();
  assert.deepEqual(await caller.broker.command(COMMANDS[0]), { acknowledged: [], missing: [] });
}

/** A broker may leave out the list. */
async function namedNodes(run: ContractRun): Promise<void> {
  const [caller, ...others] = await run.nodes(3);
  const ids = others.map(({ nodeId }) => nodeId).sort();
  const { acknowledged } = await caller.broker.command(COMMANDS[0]);
  assert.deepEqual([...acknowledged].sort(), ids);
  const { broker } = caller;
  if (broker.nodes === undefined) return;
  await eventually('a report of each node', async () => {
    const nodes = await broker.nodes!();
    assert.deepEqual(nodes.map(({ nodeId }) => nodeId).sort(), [...ids, caller.nodeId].sort());
    return nodes.every(({ nodeId, report }) => report === `of ${nodeId}`);
  });
}
