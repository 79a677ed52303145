import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PresenceKeys } from './presence-keys.js';
import { PresenceLease } from './presence-lease.js';
import type { RedisCommands } from './redis-engine.js';
import { RedisNames } from './redis-names.js';

type Answer = [givenUp: 0 | 1, dead: string[]] | 'none';

function started() {
  const answers: Answer[] = [];
  const beats: unknown[] = [];
  let forgettings = 0;
  const link: Pick<RedisCommands, 'isUp' | 'run'> = {
    isUp: () => true,
    run: async (_script, _keys, [node]) => {
      beats.push(node);
      const answer = answers.shift() ?? [0, []];
      if (answer === 'none') throw new Error('Redis has not answered');
      return answer;
    },
  };
  const lease = new PresenceLease({
    nodeId: 'n0',
    link: link as RedisCommands,
    keys: new PresenceKeys(new RedisNames('rt', 1)),
    beatInterval: 1_000,
    nodeLease: 10_000,
    forgotten: () => void forgettings++,
    sweep: () => Promise.resolve(),
  });
  return { answers, beats, lease, forgettings: () => forgettings };
}

describe('the lease of the members of a node', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('says once that the members were given up, under a name that is new', async () => {
    const { answers, beats, lease, forgettings } = started();
    await lease.begin();
    answers.push([1, []]);
    await jest.advanceTimersByTimeAsync(3_000);
    expect([beats, forgettings()]).toEqual([['n0', 'n0', 'n0.2', 'n0.2', 'n0.2'], 1]);
  });

  it('says it with a later beat, where Redis does not answer the first one under the new name', async () => {
    const { answers, lease, forgettings } = started();
    await lease.begin();
    answers.push([1, []], 'none', 'none');
    await jest.advanceTimersByTimeAsync(2_000);
    expect(forgettings()).toBe(0);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(forgettings()).toBe(1);
  });
});
