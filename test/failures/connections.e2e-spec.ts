// What do members hear while the way between a node and Redis fails, and how long does each fault take with the defaults?
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { range } from '../history/reader.js';
import { until } from '../kit/until.js';
import { type Application, Applications, haveHeard } from './applications.js';
import type { Follower } from './follower.js';
import { Timetable } from './timetable.js';

const times = new Timetable();

describe('a node whose way to Redis fails', () => {
  let nodes: Applications;
  let members: Follower[];
  let one: Application;

  beforeEach(async () => {
    nodes = await Applications.start();
    [one] = nodes.all;
    members = await nodes.follow('1');
    await nodes.say('1', range(1, 20), 1);
    await haveHeard(members, 20);
  });
  afterEach(() => nodes.stop());
  afterAll(() => times.print());

  const stateIs = (state: string) =>
    until(
      () => one.broker.health().state,
      (current) => current === state,
    );

  function expectNothingMissed(last: number): void {
    for (const { heard, wrong, evictions } of members) {
      expect(heard).toEqual(range(1, last));
      expect([wrong, evictions]).toEqual([[], []]);
    }
  }

  it('because its subscriptions are killed, again and again, brings its members all, in order', async () => {
    for (const round of range(1, 10)) {
      const clock = times.start(`subscriptions killed, ${round} of 10`);
      await nodes.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await nodes.say('1', range(11 + 10 * round, 20 + 10 * round), 1);
      await haveHeard(members, 20 + 10 * round);
      clock.mark('all heard');
      await nodes.areAll('ok');
    }
    expectNothingMissed(120);
  });

  it('because it is alive and hears nothing, finds that out by the probe', async () => {
    const began = one.broker.health().since;
    const clock = times.start('alive but deaf');
    one.way.passes = (bytes) => !/\$7\r\nmessage\r\n/.test(bytes.toString('latin1'));
    await nodes.say('1', range(21, 25), 1);
    await until(
      () => one.broker.health().since,
      (since) => since > began,
    );
    clock.mark('noticed');
    one.way.passes = () => true;
    clock.again();
    await haveHeard(members, 25);
    clock.mark('all heard, from its return');
    await stateIs('ok');
    expectNothingMissed(25);
  });

  it('because the network swallows everything, is degraded, and catches up', async () => {
    const clock = times.start('black hole');
    one.way.passes = () => false;
    await nodes.say('1', range(21, 25), 1);
    await stateIs('degraded');
    clock.mark('noticed');
    expect(one.broker.health().reason).toBeDefined();
    one.way.passes = () => true;
    clock.again();
    await haveHeard(members, 25);
    clock.mark('all heard, from its return');
    await stateIs('ok');
    expectNothingMissed(25);
  });
});
