// Which nodes are there? Fixtures on one engine, each with a way of its own to it, that are killed and come back.
import { FixtureProcess } from '../fixture/fixture.process.js';
import type { Chance } from '../kit/chance.js';
import { until } from '../kit/until.js';
import type { Engine, Way } from './engine.js';

export interface ChaosNode {
  readonly name: string;
  readonly way: Way;
  fixture: FixtureProcess;
  /** Whether it takes clients, as a balancer would see it. */
  isUp: boolean;
}

export class Nodes {
  /** Unhandled rejections of nodes that have ended in order. */
  unhandled = 0;
  /** Nodes that ended by themselves, or not with 0 when asked. */
  readonly crashes: string[] = [];

  private constructor(
    readonly all: readonly ChaosNode[],
    private readonly options: string,
  ) {}

  static async start(count: number, engine: Engine, options: object): Promise<Nodes> {
    const text = JSON.stringify(options);
    const starting = Array.from({ length: count }, async (_, index): Promise<ChaosNode> => {
      const name = `node${index + 1}`;
      const way = await engine.way();
      return { name, way, fixture: await startFixture(name, way, text), isUp: true };
    });
    return new Nodes(await Promise.all(starting), text);
  }

  /** A node that is up; any where none is. */
  one(chance: Chance): ChaosNode {
    const up = this.all.filter(({ isUp }) => isUp);
    return chance.one(up.length > 0 ? up : this.all);
  }

  async kill(node: ChaosNode): Promise<void> {
    node.isUp = false;
    this.expectAlive(node);
    await node.fixture.kill();
    await this.restart(node);
  }

  /** As a rolling deploy does: no new clients, the drain, the next process. */
  async replace(node: ChaosNode): Promise<void> {
    node.isUp = false;
    await this.end(node);
    await this.restart(node);
  }

  async healthy(withinMs: number): Promise<void> {
    for (const { fixture } of this.all) {
      await until(
        () =>
          fixture.control<{ status?: string }>('/health').then(
            ({ body }) => body.status,
            () => undefined,
          ),
        (status) => status === 'ok',
        withinMs,
      );
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((node) => this.end(node)));
    for (const { way } of this.all) way.close();
  }

  private async restart(node: ChaosNode): Promise<void> {
    node.fixture = await startFixture(node.name, node.way, this.options);
    node.isUp = true;
  }

  private async end(node: ChaosNode): Promise<void> {
    this.expectAlive(node);
    if (node.fixture.alive) this.unhandled += (await node.fixture.stats()).unhandled;
    const code = await node.fixture.stop();
    if (code !== 0) this.crashes.push(`${node.name} ended with ${code}`);
  }

  private expectAlive({ name, fixture }: ChaosNode): void {
    if (!fixture.alive) this.crashes.push(`${name} ended by itself:\n${fixture.logged.slice(-2_000)}`);
  }
}

function startFixture(name: string, way: Way, options: string): Promise<FixtureProcess> {
  return FixtureProcess.start({ REDIS_URL: way.url, NODE_ID: name, REALTIME_OPTIONS: options });
}
