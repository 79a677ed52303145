// What does a broker owe the logs of channels?
import assert from 'node:assert/strict';
import { type ContractCase, type ContractRun, eventually, said, TERMS } from './contract-run.js';

/** Numbers that come from hostile clients. */
const ODD_OFFSETS = [-1, 0, 0.5, NaN, Infinity, -Infinity, 1e308, 2 ** 53, 4_294_967_296];

export const LOG_CASES: readonly ContractCase[] = [
  { title: 'appends events with contiguous offsets and a chain of tags', run: chained },
  { title: 'returns from any offset and to any limit what a plain list would', run: readsAsAList },
  { title: 'returns nothing beyond the log for offsets that no log has', run: oddOffsets },
  { title: 'keeps the size that is given', run: trimmed },
  { title: 'drops all events a ttl after the newest, and still knows where the log stands', run: expired },
  { title: 'says where many logs stand, in the order of the question', run: manyPositions },
  { title: 'begins a log that is read, and keeps its epoch for the first publish', run: begun },
  { title: 'repeats the position of a publish whose key it knows, and publishes nothing for it', run: idempotent },
  { title: 'keeps keys of channels apart', run: keysApart },
  { title: 'begins a new epoch for a publisher that has seen more of the log', run: knownAhead },
  { title: 'forks only the epoch that is named', run: forked },
  { title: 'carries names, exceptions, payloads and traces as they are', run: verbatim },
];

async function chained(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const { broker, heard } = await run.node();
  await broker.watch(channel);
  const positions = await Promise.all([1, 2, 3, 4].map((n) => broker.publish(said(channel, n), TERMS)));
  assert.deepEqual(
    positions.map((position) => position?.offset),
    [1, 2, 3, 4],
  );
  await eventually('four frames', () => heard.frames.length === 4);
  let prev = '';
  for (const [index, frame] of heard.frames.entries()) {
    assert.deepEqual(
      { ...frame, tag: '' },
      { channel, epoch: positions[0]!.epoch, offset: index + 1, tag: '', prev, event: frame.event },
    );
    assert.equal(frame.event.json, String(index + 1));
    prev = frame.tag;
  }
  const page = await broker.read(channel, null);
  assert.deepEqual(page, { epoch: positions[0]!.epoch, top: 4, tag: prev, entries: [] });
}

async function readsAsAList(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const { broker } = await run.node();
  for (let n = 1; n <= 12; n++) await broker.publish(said(channel, n), { ...TERMS, size: 8 });
  for (let from = 1; from <= 14; from++) {
    for (const limit of [1, 3, undefined]) {
      const { entries } = await broker.read(channel, from, limit);
      const kept = Array.from({ length: 8 }, (_, index) => index + 5).filter((offset) => offset >= from);
      assert.deepEqual(
        entries.map(({ offset }) => offset),
        kept.slice(0, limit),
      );
      assert.deepEqual(
        entries.map(({ event }) => Number(event.json)),
        kept.slice(0, limit),
      );
    }
  }
}

async function oddOffsets(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const { broker } = await run.node();
  await broker.publish(said(channel, 1), TERMS);
  for (const offset of ODD_OFFSETS) {
    const { top, entries } = await broker.read(channel, offset, 10);
    assert.equal(top, 1);
    assert.ok(
      entries.every((entry) => entry.offset === 1),
      `offset ${offset}`,
    );
  }
}

async function trimmed(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const { broker } = await run.node();
  for (let n = 1; n <= 250; n++) void broker.publish(said(channel, n), { ...TERMS, size: 3 });
  await broker.publish(said(channel, 251), { ...TERMS, size: 3 });
  const { entries } = await broker.read(channel, 1);
  assert.deepEqual(
    entries.map(({ offset }) => offset),
    [249, 250, 251],
  );
}

async function expired(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const { broker } = await run.node();
  const first = await broker.publish(said(channel, 1), { ...TERMS, ttlMs: 50 });
  await eventually('the event expires', async () => (await broker.read(channel, 1)).entries.length === 0);
  const second = await broker.publish(said(channel, 2), TERMS);
  assert.deepEqual(second, { epoch: first!.epoch, offset: 2 });
  assert.deepEqual(
    (await broker.read(channel, 1)).entries.map(({ offset }) => offset),
    [2],
  );
}

async function manyPositions(run: ContractRun): Promise<void> {
  const { broker } = await run.node();
  const channels = Array.from({ length: 300 }, () => run.channel());
  const published = await Promise.all(
    channels.map((channel, index) =>
      index % 3 === 0 ? Promise.resolve(null) : broker.publish(said(channel, index), TERMS),
    ),
  );
  assert.deepEqual(await broker.positions(channels), published);
  assert.deepEqual(await broker.positions([]), []);
}

async function begun(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const { broker } = await run.node();
  const page = await broker.read(channel, null);
  assert.deepEqual({ ...page, epoch: '' }, { epoch: '', top: 0, tag: '', entries: [] });
  assert.deepEqual(await broker.publish(said(channel, 1), TERMS), { epoch: page.epoch, offset: 1 });
}

async function idempotent(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const { broker, heard } = await run.node();
  await broker.watch(channel);
  const terms = { ...TERMS, idempotencyKey: 'order 1' };
  const positions = await Promise.all([1, 2, 3, 4].map((n) => broker.publish(said(channel, n), terms)));
  for (const position of positions) assert.deepEqual(position, positions[0]);
  await broker.publish(said(channel, 5), { ...TERMS, idempotencyKey: 'order 2' });
  await eventually('the frame of another key', () => heard.frames.at(-1)?.event.json === '5');
  assert.deepEqual(
    heard.frames.map(({ offset }) => offset),
    [1, 2],
  );
}

async function keysApart(run: ContractRun): Promise<void> {
  const { broker } = await run.node();
  const channels = [run.channel(), run.channel()];
  const terms = { ...TERMS, idempotencyKey: 'order 1' };
  for (const channel of channels) await broker.publish(said(channel, 1), terms);
  assert.deepEqual(
    (await broker.positions(channels)).map((position) => position?.offset),
    [1, 1],
  );
}

async function knownAhead(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const { broker } = await run.node();
  const { epoch } = (await broker.publish(said(channel, 1), TERMS))!;
  const equal = await broker.publish(said(channel, 2), { ...TERMS, known: { epoch, offset: 1 } });
  assert.deepEqual(equal, { epoch, offset: 2 });
  const other = await broker.publish(said(channel, 3), { ...TERMS, known: { epoch: 'another', offset: 99 } });
  assert.deepEqual(other, { epoch, offset: 3 });
  const ahead = await broker.publish(said(channel, 4), { ...TERMS, known: { epoch, offset: 4 } });
  assert.equal(ahead?.offset, 1);
  assert.notEqual(ahead?.epoch, epoch);
  assert.deepEqual(
    (await broker.read(channel, 1)).entries.map(({ event }) => event.json),
    ['4'],
  );
}

async function forked(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const { broker } = await run.node();
  const { epoch } = (await broker.publish(said(channel, 1), TERMS))!;
  await broker.fork(channel, 'another');
  assert.equal((await broker.read(channel, 1)).entries.length, 1);
  await broker.fork(channel, epoch);
  const page = await broker.read(channel, 1);
  assert.notEqual(page.epoch, epoch);
  assert.deepEqual({ ...page, epoch: '' }, { epoch: '', top: 0, tag: '', entries: [] });
  await broker.fork(channel, epoch);
  assert.equal((await broker.read(channel, 1)).epoch, page.epoch);
}

async function verbatim(run: ContractRun): Promise<void> {
  const channel = run.channel();
  const { broker, heard } = await run.node();
  await broker.watch(channel);
  const except = [{ userId: 'ada | lovelace\n' }, { sessionId: 'ключ' }, { connectionId: '%,\ud800' }];
  const events = [
    { event: 'said', json: '{"text":"a\\n|b","n":[1, 2]}' },
    { event: 'said', json: undefined },
    { event: 'said', json: '"ключ 🔑"', except },
    { event: 'said', json: '1', trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  ];
  for (const event of events) await broker.publish({ channels: [channel], ...event }, TERMS);
  await eventually('all frames', () => heard.frames.length === events.length);
  assert.deepEqual(
    heard.frames.map(({ event }) => event),
    events,
  );
  assert.deepEqual(
    (await broker.read(channel, 1)).entries.map(({ event }) => event),
    events,
  );
}
