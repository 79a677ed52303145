// Do the limits hold on either path to the members of a channel? A suite runs on both, and proves which one it was on.
import { expect } from '@jest/globals';
import type { RealtimeStats } from 'nestjs-realtime';
import type { FixtureProcess } from '../fixture/fixture.process.js';

export type FanOutMode = RealtimeStats['fanOut'];

export const FAN_OUTS: readonly FanOutMode[] = ['fast', 'stock'];

/** Asked after the traffic, because only a connection shows the fast path that it must fall back. */
export async function expectFanOut(fixture: FixtureProcess, fanOut: FanOutMode): Promise<void> {
  expect((await fixture.control('/health')).body).toMatchObject({ status: 'ok', fanOut });
}
