import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Position } from '@nestjs-realtime/contract';
import fc from 'fast-check';
import { reached } from '../test/reached.js';
import { nameOf, ScriptedLog } from '../test/scripted-log.js';
import { ScriptedServer } from '../test/scripted-server.js';
import { createRealtimeClient, type RealtimeClient } from './index.js';

/** A handle, with all that it was told in order: where it goes on from after a gap, and the names of events. */
interface Witness {
  readonly told: (Position | string)[];
  readonly caughtUp: () => boolean;
}

const client = (url: string): RealtimeClient => createRealtimeClient({ url, retryDelay: 1, maxRetryDelay: 4 });

function witness(of: RealtimeClient, log: ScriptedLog, since?: Position): Witness {
  const handle = of.channel('a', {}, { since }) as ReturnType<RealtimeClient['channel']> & { position: Position };
  const told: (Position | string)[] = since ? [since] : [];
  let begun = since !== undefined;
  handle.on('said', (name) => told.push(name as string));
  const look = (): void => {
    const { status } = handle;
    if (status.state !== 'subscribed') return;
    if (status.gap || !begun) told.push(handle.position);
    begun = true;
  };
  handle.onStatus(look);
  look();
  return { told, caughtUp: () => JSON.stringify(handle.position) === JSON.stringify(log.position) };
}

/** What can happen between a server and a client. Numbers choose among what is there. */
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('publish'), n: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('cut', 'missed', 'skip', 'late', 'fresh', 'wait'),
      n: fc.nat({ max: 12 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('lose', 'double', 'again', 'swap', 'garble', 'evict', 'reset', 'trim', 'overlap'),
      n: fc.nat({ max: 12 }),
    }),
  },
);

describe('whatever happens between a client and a log', () => {
  let server: ScriptedServer;
  beforeAll(async () => {
    server = await ScriptedServer.listen();
  });
  afterAll(() => server.close());

  it('each handle hears every event that is for it, once and in order, from where it was told that it begins', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 30 }), async (acts) => {
        const log = new ScriptedLog(server);
        const played = client(server.url);
        try {
          const witnesses = [witness(played, log)];
          await played.channel('a').ready();
          const kept: Record<string, number[]> = {};
          for (const each of acts) {
            await perform(each, log, played, witnesses);
            kept[log.epoch] = heardOffsets(log);
          }
          log.overlap = 0;
          await reached(played, 'connected');
          while (!witnesses.every(({ caughtUp }) => caughtUp())) {
            log.publish();
            await settled(played);
          }
          kept[log.epoch] = heardOffsets(log);
          for (const { told } of witnesses) expect(told).toEqual(truth(told, kept));
          // There is a gap only where the log has lost something.
          if (acts.some(({ kind }) => kind === 'reset' || kind === 'trim')) return;
          for (const { told } of witnesses) expect(told.filter((each) => typeof each === 'object')).toHaveLength(1);
        } finally {
          await played.close();
        }
      }),
      { numRuns: 80 },
    );
  });

  let fences = 0;
  async function settled(of: RealtimeClient): Promise<void> {
    const fence = of.channel(`fence-${++fences}`);
    await fence.ready();
    fence.unsubscribe();
  }

  async function perform(
    { kind, n }: { kind: string; n: number },
    log: ScriptedLog,
    of: RealtimeClient,
    witnesses: Witness[],
  ): Promise<void> {
    const older = Math.max(0, log.top - n);
    const acts: Record<string, () => unknown> = {
      publish: () => log.publish(n),
      wait: () => settled(of),
      cut: async () => {
        await reached(of, 'connected');
        server.drop();
        await reached(of, 'reconnecting');
      },
      missed: () => log.append(),
      lose: () => log.append(n % 2 === 0),
      skip: () => log.send(log.append(false)),
      double: () => [log.append()].flatMap((offset) => [offset, offset]).forEach((offset) => log.send(offset)),
      again: () => void (older > 0 && log.send(older)),
      swap: () => [log.append(), log.append()].reverse().map((offset) => log.send(offset)),
      garble: () => log.emit('rt:event', 'said', 'garbled', [null, -1, 'x', 1e308, 0.5][n % 5]),
      evict: () => log.evict(),
      reset: () => {
        log.evict();
        log.reset();
        log.publish(n);
      },
      trim: () => void (log.lost = older),
      overlap: () => void (log.overlap = n),
      late: () => witnesses.push(witness(of, log, { epoch: log.epoch, offset: older })),
      fresh: () => witnesses.push(witness(of, log)),
    };
    await acts[kind]();
  }

  function heardOffsets(log: ScriptedLog): number[] {
    return Array.from({ length: log.top }, (_, i) => i + 1).filter((offset) => log.isHeard(offset));
  }

  /** What a handle must have been told that began at these positions: all events after each, up to the last one that it heard of. */
  function truth(told: readonly (Position | string)[], kept: Record<string, number[]>): (Position | string)[] {
    const parts: { from: Position; last: number }[] = [];
    for (const each of told) {
      if (typeof each === 'object') parts.push({ from: each, last: each.offset });
      else parts.at(-1)!.last = Math.max(parts.at(-1)!.last, Number(each.split(':')[1]));
    }
    return parts.flatMap(({ from, last }, i) => {
      const end = i === parts.length - 1 ? Infinity : last;
      const offsets = (kept[from.epoch] ?? []).filter((offset) => offset > from.offset && offset <= end);
      return [from, ...offsets.map((offset) => nameOf({ epoch: from.epoch, offset }))];
    });
  }
});
