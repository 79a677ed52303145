// Do the scripts keep a log as the broker in memory does, whatever the order of the calls?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InMemoryRealtimeBroker, type IRealtimeBroker } from 'nestjs-realtime/adapters';
import { RedisNodes } from '../kit/redis-nodes.js';

type Step =
  | { readonly call: 'publish'; readonly key?: string; readonly ahead?: number }
  | { readonly call: 'read'; readonly from: number; readonly limit: number }
  | { readonly call: 'fork'; readonly isCurrent: boolean };

const publish = fc.record({ call: fc.constant('publish' as const) });
const keyed = fc.record({ call: fc.constant('publish' as const), key: fc.constantFrom('a', 'b') });
const knowing = fc.record({ call: fc.constant('publish' as const), ahead: fc.integer({ min: -1, max: 1 }) });
const read = fc.record({ call: fc.constant('read' as const), from: fc.nat(12), limit: fc.integer({ min: 1, max: 5 }) });
const fork = fc.record({ call: fc.constant('fork' as const), isCurrent: fc.boolean() });

/** Keys outlive an epoch in Redis and not in memory, where an epoch ends with the process or by a caller that lies. */
const steps: fc.Arbitrary<Step[]> = fc.oneof(
  fc.array(fc.oneof(publish, publish, keyed, read), { maxLength: 25 }),
  fc.array(fc.oneof(publish, publish, publish, knowing, read, fork), { maxLength: 25 }),
);

/** What a broker answers, with each epoch by the order in which it appeared. */
async function answers(broker: IRealtimeBroker, channel: string, all: readonly Step[]): Promise<unknown[]> {
  const epochs: string[] = [];
  const nameless = (epoch: string): number => {
    if (!epochs.includes(epoch)) epochs.push(epoch);
    return epochs.indexOf(epoch);
  };
  const heard: unknown[] = [];
  for (const [n, step] of all.entries()) {
    const { epoch, top } = await broker.read(channel, null);
    if (step.call === 'publish') {
      const known = step.ahead === undefined ? undefined : { epoch, offset: Math.max(0, top + step.ahead) };
      const terms = { size: 4, ttlMs: 60_000, idempotencyKey: step.key, known };
      const position = await broker.publish({ channels: [channel], event: 'said', json: String(n) }, terms);
      heard.push([nameless(position!.epoch), position!.offset]);
    } else if (step.call === 'read') {
      const page = await broker.read(channel, step.from, step.limit);
      const entries = page.entries.map(({ offset, event }) => [offset, event.json]);
      heard.push([nameless(page.epoch), page.top, page.tag === '', entries]);
    } else {
      // A log in memory that holds nothing is not there, so it cannot be forked.
      if (top > 0) await broker.fork(channel, step.isCurrent ? epoch : 'another');
      heard.push(nameless((await broker.read(channel, null)).epoch));
    }
  }
  return heard;
}

describe('a log in Redis', () => {
  let nodes: RedisNodes;
  beforeAll(async () => void (nodes = await RedisNodes.start()));
  afterAll(() => nodes.stop());

  it('answers as one in memory does', async () => {
    const redis = await nodes.publisher();
    const memory = new InMemoryRealtimeBroker();
    let channels = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const channel = `log.${++channels}`;
        expect(await answers(redis, channel, all)).toEqual(await answers(memory, channel, all));
      }),
      { numRuns: 150 },
    );
    await memory.stop();
  });
});
