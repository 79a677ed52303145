// Where do the events come from? Calls at a steady rate to any node, each repeated with its key until a node has answered.
import { setTimeout } from 'node:timers/promises';
import type { Position } from '@nestjs-realtime/contract';
import type { Chance } from '../kit/chance.js';
import type { Ledger } from './ledger.js';
import type { Nodes } from './nodes.js';

/** Publishes under way at once, at most: where all nodes are away, the rate falls. */
const MOST_AT_ONCE = 400;
const TICK_MS = 20;

export class Publisher {
  private n = 0;
  private atOnce = 0;
  private isStopped = false;
  repeated = 0;
  /** Answers that no fault explains. */
  readonly refusals: string[] = [];

  constructor(
    private readonly nodes: Nodes,
    private readonly logIds: readonly string[],
    private readonly ledger: Ledger,
    private readonly chance: Chance,
  ) {}

  /** Resolves when it was stopped, and every publish has been answered. */
  async run(perSecond: number): Promise<void> {
    const began = performance.now();
    let skipped = 0;
    while (!this.isStopped) {
      const due = ((performance.now() - began) / 1_000) * perSecond - skipped;
      while (this.n < due && this.atOnce < MOST_AT_ONCE) void this.publish(++this.n);
      skipped += Math.max(0, due - this.n);
      await setTimeout(TICK_MS);
    }
    while (this.atOnce > 0) await setTimeout(TICK_MS);
  }

  stop(): void {
    this.isStopped = true;
  }

  private async publish(n: number): Promise<void> {
    this.atOnce++;
    const logId = this.chance.one(this.logIds);
    const call = { channel: 't.log.{logId}', params: { logId }, payload: { n }, idempotencyKey: `k${n}` };
    for (;;) {
      const position = await this.attempt(call);
      if (position !== null) {
        this.ledger.accept(`t.log.${logId}`, position, n);
        break;
      }
      this.repeated++;
      await setTimeout(100 + this.chance.below(200));
    }
    this.atOnce--;
  }

  private async attempt(call: object): Promise<Position | null> {
    const { fixture } = this.nodes.one(this.chance);
    try {
      const { status, body } = await fixture.control<{ position?: Position }>('/publish', call);
      if (status === 200 && body.position !== undefined) return body.position;
      if (status !== 503) this.refusals.push(`${status} ${JSON.stringify(body)}`);
    } catch {
      // the node has died meanwhile; the key makes the next attempt harmless
    }
    return null;
  }
}
