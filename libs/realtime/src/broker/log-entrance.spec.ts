import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { LogEngine } from '../../../../test/kit/log-engine.js';
import { ChannelLog } from './channel-log.js';
import { LogEntrance } from './log-entrance.js';
import type { LogEntry, LogFrame } from './log-frame.js';

const CHANNEL = 'log.a';
const SIZE = 30;
const MOST_BYTES = 100_000;

/** A client that comes and goes: what it heard last, while it believes that it has missed nothing. */
class Client {
  at: { epoch: string; offset: number; tag: string | null } | null = null;
  isMember = false;
  told = 0;

  constructor(private readonly world: World) {}

  async enter(): Promise<void> {
    const { log } = this.world;
    const recover = this.at === null ? undefined : { epoch: this.at.epoch, offset: this.at.offset };
    const entrance = new LogEntrance(log, recover, MOST_BYTES, () => undefined);
    let standing = null;
    for (let tries = 0; standing === null && tries < 50; tries++) {
      await entrance.prepare();
      standing = entrance.take();
    }
    entrance.close();
    if (standing === null) throw new Error('50 tries were not enough');
    this.isMember = true;
    if (standing.recovered !== true) {
      if (standing.recovered === false) this.told++;
      this.at = { ...standing.position, tag: null };
    }
    for (const entry of standing.entries) this.hear(entry, standing.position.epoch);
    expect(this.at).toMatchObject(standing.position);
  }

  hear({ offset, tag }: LogEntry, epoch: string): void {
    const { at } = this;
    expect({ epoch, offset }).toEqual({ epoch: at!.epoch, offset: at!.offset + 1 });
    if (at!.tag !== null) expect(this.world.engine.chain.get(tag)).toBe(at!.tag);
    this.at = { epoch, offset, tag };
  }
}

class World {
  readonly engine = new LogEngine();
  readonly clients = Array.from({ length: 3 }, () => new Client(this));
  readonly log: ChannelLog;
  published = 0;

  constructor() {
    const node = this.engine.node();
    this.log = new ChannelLog(CHANNEL, node, {
      deliver: (entry) => {
        for (const client of this.clients) if (client.isMember) client.hear(entry, this.log.position.epoch);
      },
      reset: () => {
        for (const client of this.clients) client.isMember = false;
      },
    });
    void node.start({
      receive: (frame: LogFrame) => this.log.receive(frame),
      deliver: () => undefined,
      act: () => Promise.resolve(),
      renewAll: () => Promise.resolve(),
      gone: () => this.log.gone(),
      rejoined: () => this.log.rejoined(null),
    });
  }

  publish(count: number): void {
    for (let i = 0; i < count; i++) {
      this.engine.append(CHANNEL, { event: 'said', json: String(++this.published) }, SIZE);
    }
  }
}

describe('a connection on its way into a channel with history', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('has to wait again where the log is filling a gap in the tick in which it would enter', async () => {
    const world = new World();
    world.publish(2);
    const entrance = new LogEntrance(world.log, undefined, MOST_BYTES, () => undefined);
    await entrance.prepare();
    world.log.check(null);
    expect(entrance.take()).toBeNull();
    await entrance.prepare();
    expect(entrance.take()?.position.offset).toBe(2);
  });

  it('gets nothing of an engine that has lost what this node has delivered, and is told', async () => {
    for (const [lost, published] of [
      [2, 3],
      [5, 6],
    ]) {
      const world = new World();
      await world.log.whenLive();
      world.publish(5);
      const { epoch } = world.log.position;
      world.engine.lose(CHANNEL, lost);
      world.engine.wire = () => undefined;
      world.publish(published);
      const entrance = new LogEntrance(world.log, { epoch, offset: 3 }, MOST_BYTES, () => undefined);
      await entrance.prepare();
      expect(entrance.take()).toBeNull();
      await entrance.prepare();
      expect(entrance.take()).toMatchObject({ recovered: false, entries: [] });
      expect(world.log.position.epoch).not.toBe(epoch);
    }
  });

  it('that gives up while the engine is away leaves nothing behind', async () => {
    const world = new World();
    await world.log.whenLive();
    world.engine.goAway();
    const entrance = new LogEntrance(world.log, undefined, MOST_BYTES, () => undefined);
    let isOver = false;
    const prepared = entrance.prepare().then(() => (isOver = true));
    await jest.advanceTimersByTimeAsync(5_000);
    expect(isOver).toBe(false);
    const record = jest.spyOn(world.log, 'record');
    entrance.close();
    await jest.advanceTimersByTimeAsync(0);
    expect(isOver).toBe(true);
    world.engine.comeBack();
    await prepared;
    await world.log.whenLive();
    expect(record).not.toHaveBeenCalled();
  });

  it('is not kept waiting with more than it may get', async () => {
    const world = new World();
    await world.log.whenLive();
    const entrance = new LogEntrance(world.log, world.log.position, 200, () => undefined);
    await entrance.prepare();
    world.publish(10);
    expect(entrance.take()).toBeNull();
    await entrance.prepare();
    expect(entrance.take()).toMatchObject({ recovered: false, entries: [], position: { offset: 10 } });
  });

  it('has missed nothing, or is told, whenever it comes and whatever the wire and the engine do', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constant('publish'), fc.integer({ min: 1, max: 6 })) },
      { weight: 6, arbitrary: fc.tuple(fc.constantFrom('enter', 'leave'), fc.nat(2)) },
      { weight: 3, arbitrary: fc.tuple(fc.constantFrom('lose frames', 'double', 'direct', 'turn', 'wait'), fc.nat(2)) },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom('lose tail', 'away', 'back', 'slow', 'quick'), fc.nat(4)) },
    );
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), play), { numRuns: 400 });

    async function play(steps: [string, number][]): Promise<void> {
      const world = new World();
      const { engine, clients } = world;
      const entering: Promise<void>[] = [];
      const direct = engine.wire;
      for (const [what, n] of steps) {
        if (what === 'publish') world.publish(n);
        if (what === 'enter' && !clients[n].isMember) {
          clients[n].isMember = false;
          const busy = clients[n];
          if (!underWay.has(busy)) entering.push(enter(busy));
        }
        if (what === 'leave') clients[n].isMember = false;
        if (what === 'lose frames') engine.wire = () => undefined;
        if (what === 'double') engine.wire = (frame, send) => [frame, frame].forEach(send);
        if (what === 'direct') engine.wire = direct;
        if (what === 'turn') await jest.advanceTimersByTimeAsync(0);
        if (what === 'wait') await jest.advanceTimersByTimeAsync(300);
        if (what === 'lose tail') engine.lose(CHANNEL, Math.min(n, engine.logOf(CHANNEL).entries.length));
        if (what === 'away') engine.goAway();
        if (what === 'back') engine.comeBack();
        if (what === 'slow') engine.delay = () => new Promise((resolve) => setTimeout(resolve, 50));
        if (what === 'quick') engine.delay = () => Promise.resolve();
      }
      engine.wire = direct;
      engine.comeBack();
      await jest.advanceTimersByTimeAsync(10_000);
      await Promise.all(entering);
      world.publish(1);
      await jest.advanceTimersByTimeAsync(5_000);
      for (const client of clients) if (client.isMember) expect(client.at).toMatchObject(world.log.position);
      world.log.close();
    }

    async function enter(client: Client): Promise<void> {
      underWay.add(client);
      try {
        await client.enter();
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'UNAVAILABLE')) throw error;
      } finally {
        underWay.delete(client);
      }
    }
  });
  const underWay = new Set<Client>();
});
