// What do frames do that nobody would write? Those of the fuzz tests, some thousands of them.
import fc from 'fast-check';
import { Fuzzer } from '../../fuzz/fuzzer.js';
import { hostileFrames as frames } from '../../fuzz/hostile-frames.js';
import type { Attack } from '../harness/attack.js';
import { crowd } from '../wire/crowd.js';

const RUNS = 4_000;
const FUZZERS = 20;

export const hostileFrames: Attack = {
  name: 'hostile-frames',
  tries: `${RUNS} hostile frames of the fuzzer on ${FUZZERS} connections that come back whenever they are cut`,
  options: {
    requestTimeout: 500,
    authenticationTimeout: 500,
    // what is to be met is what reads the frames, not the rates before it
    limits: {
      connectionsPerUser: 1_000,
      packetsPerSecond: 1_000_000,
      messagesPerSecond: 100_000,
      messageBurst: 100_000,
    },
  },
  async run(target) {
    const session = await target.login('mallory');
    const attacks = fc.sample(frames, { seed: target.chance.below(2 ** 31), numRuns: RUNS });
    const fuzzers = Array.from({ length: FUZZERS }, () => new Fuzzer(target.fixture, session));
    await crowd(FUZZERS, FUZZERS, async (offset) => {
      for (let i = offset; i < RUNS; i += FUZZERS) await fuzzers[offset].send(attacks[i]);
      await fuzzers[offset].close();
    });
    const sum = (of: (fuzzer: Fuzzer) => number): number => fuzzers.reduce((total, fuzzer) => total + of(fuzzer), 0);
    target.note(`${sum(({ sent }) => sent)} frames, ${sum(({ cuts }) => cuts)} cuts`);
  },
};
