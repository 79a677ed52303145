// What do the constants of the capacity model cost on this machine, where each event comes alone?
import { MeasuredRedis } from '../cluster/redis.js';
import { NODE } from '../cluster/contestants.js';
import type { CaseResult, Scenario } from '../harness/scenario.js';
import { calibrate, CALIBRATION, NODES, warmUpOn } from './calibrate.js';
import { MeasuredSite } from './measured-site.js';
import { Rounds } from './rounds.js';

export const calibration: Scenario = {
  name: 'calibration',
  async run(options) {
    const redis = await MeasuredRedis.start();
    const site = await MeasuredSite.start(NODES, `redis://127.0.0.1:${redis.port}`);
    try {
      const warmUp = warmUpOn(NODES, 3_000);
      await site.prepare([...warmUp, ...CALIBRATION]);
      for (const series of warmUp) await site.run(series);
      const rounds = new Rounds(site, CALIBRATION);
      await rounds.warmUp(2);
      const { costs, rest } = await rounds.measure(options.rounds);
      return Object.entries(calibrate(costs, rest)).flatMap(([whose, fitted]) =>
        Object.entries<number>(fitted).map(([kind, micros]): CaseResult => ({
          scenario: 'calibration',
          case: `${whose}: ${kind}`,
          unit: 'CPU-µs each',
          contestants: [{ ...NODE, samples: [micros] }],
          targets: [],
        })),
      );
    } finally {
      await site.close();
      await redis.stop();
    }
  },
};
