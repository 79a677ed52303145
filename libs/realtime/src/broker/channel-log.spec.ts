import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { LogEngine } from '../../../../test/kit/log-engine.js';
import type { LogEntry, LogFrame } from './log-frame.js';
import { ChannelLog, type LogListener } from './channel-log.js';

const CHANNEL = 'log.a';
const SIZE = 50;

/** What members have heard since they began again last. */
class Members implements LogListener {
  heard: string[] = [];
  resets = 0;
  refills = 0;
  deliver({ offset, event }: LogEntry): void {
    this.heard.push(`${offset}:${event.json}`);
  }
  reset(): void {
    this.resets++;
    this.heard = [];
  }
  noted(what: string): void {
    if (what === 'refill') this.refills++;
  }
}

class World {
  readonly engine = new LogEngine();
  readonly node = this.engine.node();
  readonly members = new Members();
  readonly log: ChannelLog;
  published = 0;

  constructor() {
    this.log = new ChannelLog(CHANNEL, this.node, this.members);
    void this.node.start({
      receive: (frame: LogFrame) => this.log.receive(frame),
      deliver: () => undefined,
      act: () => Promise.resolve(),
      renewAll: () => Promise.resolve(),
      gone: () => this.log.gone(),
      rejoined: () => this.log.rejoined(null),
    });
  }

  publish(count = 1): void {
    for (let i = 0; i < count; i++) {
      this.engine.append(CHANNEL, { event: 'said', json: String(++this.published) }, SIZE);
    }
  }

  /** What the engine has kept, from the offset at which the members began. */
  kept(from: number): string[] {
    const { entries } = this.engine.logOf(CHANNEL);
    return entries.filter(({ offset }) => offset >= from).map(({ offset, event }) => `${offset}:${event.json}`);
  }

  async live(): Promise<this> {
    await jest.advanceTimersByTimeAsync(0);
    await this.log.whenLive();
    return this;
  }
}

describe('the log of a channel on a node', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('begins at the end of the log, and delivers what comes later', async () => {
    const world = new World();
    world.publish(3);
    await world.live();
    expect(world.log.position.offset).toBe(3);
    world.publish(2);
    expect(world.members.heard).toEqual(['4:4', '5:5']);
    expect(world.members.refills).toBe(0);
  });

  it('delivers what comes between the read and its answer once', async () => {
    const world = new World();
    let answer = (): void => undefined;
    world.engine.delay = () => new Promise((resolve) => (answer = resolve));
    world.publish(2);
    await jest.advanceTimersByTimeAsync(0);
    world.publish(2);
    expect(world.log.isLive).toBe(false);
    answer();
    await world.live();
    expect(world.members.heard).toEqual(['3:3', '4:4']);
  });

  it.each<[string, number, (frame: LogFrame, send: (frame: LogFrame) => void, held: LogFrame[]) => void]>([
    ['lost', 1, ({ offset, ...frame }, send) => offset !== 2 && send({ offset, ...frame })],
    [
      'swapped',
      1,
      (frame, send, held) => {
        if (frame.offset === 2) held.push(frame);
        else [frame, ...held.splice(0)].forEach(send);
      },
    ],
    ['doubled', 0, (frame, send) => [frame, frame].forEach(send)],
    [
      'doubled later',
      2,
      (frame, send, held) => {
        send(frame);
        held.push(frame);
        if (frame.offset === 3) held.forEach(send);
      },
    ],
    ['forged with a far offset', 1, (frame, send) => [{ ...frame, offset: 1e9 }, frame].forEach(send)],
    ['forged with another chain', 1, (frame, send) => [{ ...frame, prev: 'x', tag: 'y' }, frame].forEach(send)],
    ['of a foreign epoch', 1, (frame, send) => [{ ...frame, epoch: 'x' }, frame].forEach(send)],
  ])('delivers everything in order and once where a frame is %s', async (_how, atLeast, wire) => {
    const world = await new World().live();
    const held: LogFrame[] = [];
    world.engine.wire = (frame, send) => void wire(frame, send, held);
    world.publish(4);
    await world.live();
    expect(world.members.heard).toEqual(['1:1', '2:2', '3:3', '4:4']);
    expect(world.members.resets).toBe(0);
    expect(world.members.refills).toBeGreaterThanOrEqual(atLeast > 0 ? 1 : 0);
    if (atLeast === 0) expect(world.members.refills).toBe(0);
  });

  it('resets its members where the log does not reach back to what they have heard', async () => {
    const world = await new World().live();
    world.publish(1);
    world.engine.wire = () => undefined;
    world.publish(SIZE + 1);
    world.engine.wire = (frame, send) => send(frame);
    world.publish(1);
    await world.live();
    expect(world.members).toMatchObject({ resets: 1, heard: [] });
    expect(world.log.position.offset).toBe(SIZE + 3);
    world.publish(1);
    expect(world.members.heard).toEqual([`${SIZE + 4}:${SIZE + 4}`]);
  });

  it('begins a new epoch and resets its members where the engine has lost what they have heard', async () => {
    const world = await new World().live();
    world.publish(3);
    const { epoch } = world.log.position;
    world.engine.lose(CHANNEL, 2);
    world.publish(1);
    await world.live();
    expect(world.members.resets).toBe(1);
    expect(world.log.position.epoch).not.toBe(epoch);
    world.publish(1);
    expect(world.members.heard).toEqual(['1:5']);
  });

  it('notices a lost tail that others have overtaken', async () => {
    const world = await new World().live();
    world.publish(3);
    world.engine.lose(CHANNEL, 2);
    world.engine.wire = () => undefined;
    world.publish(4);
    world.log.check({ ...world.log.position, offset: 5 });
    await world.live();
    expect(world.members.resets).toBe(1);
  });

  it('notices a lost tail where the log has grown to the same length again', async () => {
    const world = await new World().live();
    world.publish(3);
    world.engine.lose(CHANNEL, 2);
    world.engine.wire = () => undefined;
    world.publish(2);
    world.log.check(null);
    await world.live();
    expect(world.members.resets).toBe(1);
  });

  it('is not live after a read whose answer comes while the engine is away', async () => {
    const world = await new World().live();
    let answer = (): void => undefined;
    world.engine.delay = () => new Promise((resolve) => (answer = resolve));
    world.log.check(null);
    await jest.advanceTimersByTimeAsync(0);
    world.log.gone();
    answer();
    await jest.advanceTimersByTimeAsync(0);
    expect(world.log.isLive).toBe(false);
  });

  it('reads once more where the engine was away during a read', async () => {
    const world = await new World().live();
    let answer = (): void => undefined;
    world.engine.delay = () => new Promise((resolve) => (answer = resolve));
    world.log.check(null);
    await jest.advanceTimersByTimeAsync(0);
    world.engine.goAway();
    world.publish(2);
    world.engine.delay = () => Promise.resolve();
    world.engine.comeBack();
    answer();
    await world.live();
    expect(world.members.heard).toEqual(['1:1', '2:2']);
  });

  it('does not ask an engine that never begins a new epoch again and again in one turn', async () => {
    const world = await new World().live();
    world.publish(3);
    world.engine.begin = () => world.engine.logOf(CHANNEL);
    world.engine.lose(CHANNEL, 2);
    world.engine.reads = 0;
    world.publish(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(world.engine.reads).toBeLessThan(6);
  });

  it('repeats a read that fails after 0.2 s, and then after up to 2 s', async () => {
    const world = await new World().live();
    world.publish(1);
    world.engine.isAway = true;
    const reads: number[] = [];
    const read = world.node.read.bind(world.node);
    world.node.read = (...asked) => {
      reads.push(Date.now() - began);
      return read(...asked);
    };
    const began = Date.now();
    world.log.check(null);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(reads).toEqual([0, 200, 600, 1_400, 3_000, 5_000, 7_000, 9_000]);
    world.engine.isAway = false;
    await jest.advanceTimersByTimeAsync(2_000);
    expect(world.log.isLive).toBe(true);
    // The next failure begins with the short pause again.
    world.engine.isAway = true;
    reads.length = 0;
    world.log.check(null);
    await jest.advanceTimersByTimeAsync(300);
    expect(reads).toHaveLength(2);
  });

  it('is not live while the engine is away, and reads what it has missed when it is back', async () => {
    const world = await new World().live();
    world.publish(1);
    world.engine.goAway();
    expect(world.log.isLive).toBe(false);
    world.publish(2);
    world.engine.comeBack();
    await world.live();
    expect(world.members.heard).toEqual(['1:1', '2:2', '3:3']);
  });

  it('is live at once when the engine is back where it was', async () => {
    const world = await new World().live();
    world.publish(1);
    const { position } = world.log;
    world.log.gone();
    world.engine.reads = 0;
    world.log.rejoined(position);
    expect(world.log.isLive).toBe(true);
    expect(world.engine.reads).toBe(0);
  });

  it('opens when an engine that was away at first comes back', async () => {
    const engine = new LogEngine();
    engine.isAway = true;
    const log = new ChannelLog(CHANNEL, engine.node(), new Members());
    let isLive = false;
    void log.whenLive().then(() => (isLive = true));
    await jest.advanceTimersByTimeAsync(10_000);
    expect(isLive).toBe(false);
    engine.isAway = false;
    await jest.advanceTimersByTimeAsync(2_000);
    expect(isLive).toBe(true);
  });

  it('keeps a bounded number of frames while it reads, and reads the others', async () => {
    const world = await new World().live();
    world.engine.wire = (frame, send) => (frame.offset === 1 ? undefined : send(frame));
    let answer = (): void => undefined;
    world.engine.delay = () => new Promise((resolve) => (answer = resolve));
    world.publish(2);
    await jest.advanceTimersByTimeAsync(0);
    for (let i = 0; i < 1_100; i++) world.publish(1);
    world.engine.delay = () => Promise.resolve();
    answer();
    await world.live();
    // The log keeps fewer than were published, so members began again; what matters is that nothing was skipped in silence.
    expect(world.members.resets).toBe(1);
    expect(world.log.position.offset).toBe(1_102);
  });

  it('closes without waiting for an engine, and lets those go who wait for it', async () => {
    const engine = new LogEngine();
    engine.isAway = true;
    const log = new ChannelLog(CHANNEL, engine.node(), new Members());
    const waited = log.whenLive();
    log.close();
    await waited;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(engine.reads).toBe(0);
  });

  it('never skips in silence, whatever the wire and the engine do', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 4 }) }),
      },
      { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('lose frames', 'double', 'hold', 'release') }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('lose tail' as const), count: fc.integer({ min: 1, max: 3 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('away', 'back', 'turn') }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('forge' as const), offset: fc.integer({ min: -1, max: 60 }) }),
      },
    );
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), play), { numRuns: 300 });

    async function play(steps: { kind: string; count?: number; offset?: number }[]): Promise<void> {
      const world = await new World().live();
      const { engine } = world;
      const held: (() => void)[] = [];
      const direct = engine.wire;
      for (const { kind, count = 1, offset = 0 } of steps) {
        if (kind === 'publish') world.publish(count);
        if (kind === 'lose frames') engine.wire = () => undefined;
        if (kind === 'double') engine.wire = (frame, send) => [frame, frame].forEach(send);
        if (kind === 'hold') engine.wire = (frame, send) => void held.push(() => send(frame));
        if (kind === 'release') {
          engine.wire = direct;
          held
            .splice(0)
            .reverse()
            .forEach((send) => send());
        }
        if (kind === 'lose tail') engine.lose(CHANNEL, Math.min(count, engine.logOf(CHANNEL).entries.length));
        if (kind === 'away') engine.goAway();
        if (kind === 'back') engine.comeBack();
        if (kind === 'turn') await jest.advanceTimersByTimeAsync(100);
        if (kind === 'forge') {
          const { epoch } = engine.logOf(CHANNEL);
          const event = { event: 'said', json: '"forged"' };
          world.node.hear({ channel: CHANNEL, epoch, offset, tag: 'forged', prev: 'forged', event });
        }
      }
      engine.wire = direct;
      engine.comeBack();
      await jest.advanceTimersByTimeAsync(5_000);
      world.publish(1);
      await jest.advanceTimersByTimeAsync(5_000);
      await world.log.whenLive();
      const { heard } = world.members;
      expect(heard.join()).not.toContain('forged');
      const from = heard.length === 0 ? Infinity : Number(heard[0].split(':')[0]);
      // Contiguous to the end of the log, and the same events that it keeps.
      expect(heard.map((line) => Number(line.split(':')[0]))).toEqual(heard.map((_, index) => from + index));
      expect(world.log.position.offset).toBe(engine.logOf(CHANNEL).top);
      const kept = world.kept(from);
      expect(heard.slice(heard.length - kept.length)).toEqual(kept);
      world.log.close();
    }
  });
});
