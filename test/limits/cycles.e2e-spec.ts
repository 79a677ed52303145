import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { WebSocket } from 'ws';
import type { FixtureProcess, FixtureStats } from '../fixture/fixture.process.js';
import { until } from '../kit/until.js';
import { expectFanOut, type FanOutMode } from './fan-outs.js';
import { startFixture } from './raised.js';

jest.setTimeout(600_000);

const WARM_UP = 4_000;
const AT_ONCE = 40;

describe.each<{ fanOut: FanOutMode; count: number }>([
  { fanOut: 'fast', count: 20_000 },
  { fanOut: 'stock', count: 2_000 },
])('on the $fanOut path a server that many clients have connected to and left', ({ fanOut, count }) => {
  let fixture: FixtureProcess;
  let connectFrame: string;

  beforeAll(async () => {
    fixture = await startFixture({ fanOut, limits: { connectionsPerUser: 10_000 } });
    connectFrame = `40${JSON.stringify({ token: await fixture.login('alice') })}`;
  });
  afterAll(async () => {
    await expectFanOut(fixture, fanOut);
    expect(await fixture.stop()).toBe(0);
  });

  it(`holds nothing after ${count} connect, subscribe, disconnect cycles`, async () => {
    await cycles(WARM_UP);
    const before = await atRest();
    await cycles(count);
    const after = await atRest();
    const kept = ({ connections, subscriptions, rooms, timers, inFlight, pendingAuth, unhandled }: FixtureStats) => ({
      connections,
      subscriptions,
      rooms,
      timers,
      inFlight,
      pendingAuth,
      unhandled,
    });
    expect(kept(after)).toEqual(kept(before));
    expect(after.authCalls - before.authCalls).toBe(count);
    process.stderr.write(`heap ${before.heapUsed} -> ${after.heapUsed}\n`);
    expect(after.heapUsed).toBeLessThan(before.heapUsed * 1.05);
  });

  async function cycles(count: number): Promise<void> {
    let begun = 0;
    const worker = async (): Promise<void> => {
      while (begun < count) await cycle(begun++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** Every second client leaves without a closing handshake. */
  async function cycle(index: number): Promise<void> {
    const ws = new WebSocket(`${fixture.url.replace('http', 'ws')}${fixture.path}/?EIO=4&transport=websocket`);
    const channels = `[{"channel":"t.auth"},{"channel":"t.room.r${index % 100}"},{"channel":"t.user.alice"}]`;
    ws.on('message', (data: Buffer) => {
      const packet = data.toString();
      if (packet.startsWith('0')) ws.send(connectFrame);
      else if (packet.startsWith('40')) ws.send(`421["rt:subscribe",${channels}]`);
      else if (packet.startsWith('431[[{"ok":true')) {
        if (index % 2 === 0) ws.close();
        else ws.terminate();
      }
    });
    await once(ws, 'close');
  }

  /** Memory is read twice, because a closed socket releases some of it a turn later. */
  async function atRest(): Promise<FixtureStats> {
    await until(
      () => fixture.stats({ gc: true }),
      ({ connections }) => connections === 0,
    );
    return fixture.stats({ gc: true });
  }
});
