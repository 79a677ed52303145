// Are rights enforced in every order of events? Random stories of a few users, connections and channels run against a model.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Pause, Run, type Step } from './run.js';
import { CHANNELS, USERS } from './rights.js';
import { createWorld, type World } from './world.js';

/** Every run of the suite plays the same stories; another seed plays others. */
const SEED = Number(process.env.INTERLEAVINGS_SEED ?? 20_261_123);
const RUNS = Number(process.env.INTERLEAVINGS_RUNS ?? 1_500);
const SLOTS = 3;

const slot = fc.nat(SLOTS - 1);
const user = fc.constantFrom(...USERS);
const channel = fc.constantFrom(...CHANNELS);
const channels = fc.uniqueArray(channel, { minLength: 1, maxLength: 3 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('connect' as const), slot, user }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('subscribe' as const), slot, channels }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), slot, channel }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('message' as const), slot, channel }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('authenticate' as const), slot }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hangUp' as const), slot }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), user, channel: fc.option(channel) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('endOne' as const), slot, channel: fc.option(channel) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disconnectUser' as const), user }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disconnectOne' as const), slot }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('change' as const), user, channel, allowed: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('release' as const), index: fc.nat(9) }) },
);
const pause: fc.Arbitrary<Pause> = fc.oneof(fc.nat(12), fc.constant('turn' as const));
/** A story begins when every user has connected. */
const story = fc.array(fc.record({ step, pause }), { minLength: 5, maxLength: 60 });
const prologue = USERS.map((name, index) => ({
  step: { do: 'connect' as const, slot: index, user: name },
  pause: 'turn' as const,
}));

describe('interleavings', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
  });

  afterAll(async () => {
    await world.module.close();
  });

  it('no event or message gets past what the model forbids, and the memberships end as in the model', async () => {
    const holds = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(story, holds, async (steps, held) => {
        const run = new Run(world, [false, false, ...held]);
        expect(await run.live([...prologue, ...steps])).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
});
