// What does a broker owe several nodes?
import assert from 'node:assert/strict';
import { type ContractCase, type ContractNode, type ContractRun, eventually, said, TERMS } from './contract-run.js';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

export const NODE_CASES: readonly ContractCase[] = [
  { title: 'gives all nodes one order of a log, under eight writers', run: oneOrder },
  { title: 'lets no node miss an event that comes after it has watched and read', run: noHole },
  {
    title: 'passes an event without a log to other nodes that watch its channel, in order and never back',
    run: inOrder,
  },
  { title: 'passes on what an event says of its recipients and its trace', run: recipients },
  { title: 'passes an event for several channels to each node once', run: listsOnce },
  { title: 'brings nothing of a channel that is not watched any more', run: unwatched },
  { title: 'lets one of many publishes with one key win, on all nodes', run: oneKey },
  { title: 'brings a process without clients what it asks, and its events to the nodes', run: publisher },
  { title: 'watches many channels at once', run: manyWatched },
];

async function oneOrder(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const nodes = await run.nodes(3);
  await Promise.all(nodes.map(({ broker }) => broker.watch(channel)));
  const writers = Array.from({ length: 8 }, (_, index) => nodes[index % 3].broker);
  const offsets = await Promise.all(
    writers.map(async (broker, writer) => {
      const positions = [];
      for (let n = 0; n < 50; n++) positions.push(await run.append(broker, said(channel, writer * 50 + n)));
      return positions.map(({ offset }) => offset);
    }),
  );
  assert.deepEqual(
    offsets.flat().sort((one, other) => one - other),
    Array.from({ length: 400 }, (_, index) => index + 1),
  );
  await eventually('400 frames at each node', () => nodes.every(({ heard }) => heard.frames.length === 400));
  for (const { heard } of nodes) assert.deepEqual(heard.frames, nodes[0].heard.frames);
  nodes[0].heard.frames.forEach(({ offset, prev }, index, frames) => {
    assert.equal(offset, index + 1);
    assert.equal(prev, frames[index - 1]?.tag ?? '');
  });
}

async function noHole(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const [{ broker: writer }, listener] = await run.nodes(2);
  let isOver = false;
  const writing = (async () => {
    for (let n = 1; !isOver; n++) await writer.publish(said(channel, n), TERMS);
  })();
  try {
    for (let round = 0; round < 100; round++) await joinsWithoutHole(channel, listener);
  } finally {
    isOver = true;
    await writing;
  }
}

async function joinsWithoutHole(channel: string, { broker, heard }: ContractNode): Promise<void> {
  await broker.watch(channel);
  const { epoch, top } = await broker.read(channel, null);
  const isNext = ({ offset }: { offset: number }): boolean => offset > top;
  await eventually('a later frame', () => heard.frames.some(isNext));
  const [next] = heard.frames.splice(0).filter(isNext);
  assert.deepEqual({ epoch: next.epoch, offset: next.offset }, { epoch, offset: top + 1 });
  broker.unwatch(channel);
}

async function inOrder(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const [sender, listener, stranger] = await run.nodes(3);
  await Promise.all([sender, listener].map(({ broker }) => broker.watch(channel)));
  for (let n = 1; n <= 100; n++) void sender.broker.publish(said(channel, n));
  assert.equal(await sender.broker.publish(said(channel, 101)), null);
  await eventually('101 events', () => listener.heard.events.length === 101);
  assert.deepEqual(
    listener.heard.events.map(({ json }) => Number(json)),
    Array.from({ length: 101 }, (_, n) => n + 1),
  );
  // What comes back to the sender would have come before this.
  await listener.broker.publish(said(channel, 102));
  await eventually('the answer', () => sender.heard.events.length > 0);
  assert.deepEqual(
    sender.heard.events.map(({ json }) => json),
    ['102'],
  );
  assert.deepEqual(stranger.heard.events, []);
  assert.deepEqual(await sender.broker.positions([channel]), [null]);
}

async function recipients(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const [sender, listener] = await run.nodes(2);
  await listener.broker.watch(channel);
  const event = {
    channels: [channel],
    event: 'said',
    json: '1',
    except: [{ userId: 'ada' }, { connectionId: '1|2' }],
    to: { sessionId: 'ключ' },
    isDroppable: true,
    trace: TRACE,
  };
  await sender.broker.publish(event);
  await sender.broker.publish({ channels: [channel], event: 'ended', json: undefined });
  await eventually('two events', () => listener.heard.events.length === 2);
  assert.deepEqual(listener.heard.events, [event, { channels: [channel], event: 'ended', json: undefined }]);
}

async function listsOnce(run: ContractRun): Promise<void> {
  const channels = [run.channel(), run.channel(), run.channel()];
  const [sender, all, last] = await run.nodes(3);
  for (const channel of channels) await all.broker.watch(channel);
  await last.broker.watch(channels[2]);
  const event = { channels, event: 'said', json: '1' };
  await sender.broker.publish(event);
  await sender.broker.publish(said(channels[2], 2));
  await eventually('both events', () => [all, last].every(({ heard }) => heard.events.at(-1)?.json === '2'));
  for (const { heard } of [all, last]) assert.deepEqual(heard.events, [event, said(channels[2], 2)]);
}

async function unwatched(run: ContractRun): Promise<void> {
  const [left, kept] = [run.channel(), run.channel()];
  const [sender, listener] = await run.nodes(2);
  await Promise.all([left, kept].map((channel) => listener.broker.watch(channel)));
  listener.broker.unwatch(left);
  // Confirmed after what was asked for before it.
  await listener.broker.watch(run.channel());
  await sender.broker.publish(said(left, 1));
  await sender.broker.publish(said(kept, 2));
  await eventually('the event of the other channel', () => listener.heard.events.some(({ json }) => json === '2'));
  assert.deepEqual(
    listener.heard.events.map(({ json }) => json),
    ['2'],
  );
}

async function oneKey(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const nodes = await run.nodes(3);
  const terms = { ...TERMS, idempotencyKey: 'order 1' };
  const positions = await Promise.all(
    Array.from({ length: 30 }, (_, n) => nodes[n % 3].broker.publish(said(channel, n), terms)),
  );
  for (const position of positions) assert.deepEqual(position, { epoch: positions[0]!.epoch, offset: 1 });
  assert.equal((await nodes[0].broker.read(channel, 1)).entries.length, 1);
}

async function publisher(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const listener = await run.node();
  await listener.broker.watch(channel);
  const broker = await run.publisher();
  assert.equal(await broker.publish(said(channel, 1)), null);
  await broker.publish(said(channel, 2), TERMS);
  await eventually('both events', () => listener.heard.events.length + listener.heard.frames.length === 2);
  assert.equal((await broker.read(channel, 1)).entries.length, 1);
}

async function manyWatched(run: ContractRun): Promise<void> {
  const [sender, listener] = await run.nodes(2);
  const channels = Array.from({ length: 1_500 }, () => run.channel());
  await Promise.all(channels.map((channel) => listener.broker.watch(channel)));
  for (const [index, channel] of channels.entries()) void sender.broker.publish(said(channel, index));
  await eventually('an event of each', () => listener.heard.events.length === channels.length);
}
