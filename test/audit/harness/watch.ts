// How does the fixture do under attack? Asked from outside again and again, and the worst is kept.
import { setTimeout } from 'node:timers/promises';
import type { FixtureProcess, FixtureStats } from '../../fixture/fixture.process.js';

const SAMPLE_MS = 200;
const MEMORY_SAMPLE_MS = 20;

export class Watch {
  worstStallMs = 0;
  mostBytes = 0;
  mostGuards = 0;
  private over = false;
  private lastWorked: number;
  private readonly startedAt: number;
  private readonly sampling: Promise<unknown>;
  private asking: Promise<unknown> = Promise.resolve();

  constructor(private readonly fixture: FixtureProcess) {
    this.startedAt = fixture.workedMs;
    this.lastWorked = this.startedAt;
    this.sampling = Promise.all([
      this.repeat(SAMPLE_MS, () => this.stats()),
      this.repeat(MEMORY_SAMPLE_MS, () => this.sawBytes(fixture.residentBytes)),
    ]);
  }

  /** Milliseconds for which the main thread of the fixture has run since the beginning. */
  get workedMs(): number {
    return this.fixture.alive ? this.fixture.workedMs - this.startedAt : this.lastWorked - this.startedAt;
  }

  /** The only way to `/stats` while this watches, because each call there takes the lag that was seen since the last. */
  stats({ gc = false } = {}): Promise<FixtureStats> {
    const answer = this.asking.then(() => this.ask(gc));
    this.asking = answer.catch(() => undefined);
    return answer;
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.sampling;
  }

  private async ask(gc: boolean): Promise<FixtureStats> {
    const stats = await this.fixture.stats({ gc });
    const worked = this.fixture.workedMs;
    // no turn has held the loop for longer than all of them have worked: the rest is a busy machine
    this.worstStallMs = Math.max(this.worstStallMs, Math.min(stats.loopLagMaxMs, worked - this.lastWorked));
    this.lastWorked = worked;
    this.mostGuards = Math.max(this.mostGuards, stats.guardsInFlightMax);
    this.sawBytes(stats.rss);
    return stats;
  }

  private sawBytes(bytes: number): void {
    this.mostBytes = Math.max(this.mostBytes, bytes);
  }

  /** A fixture that has died answers no more; the harness sees that for itself. */
  private async repeat(everyMs: number, look: () => unknown): Promise<void> {
    while (!this.over && this.fixture.alive) {
      await Promise.resolve(look()).catch(() => undefined);
      await setTimeout(everyMs);
    }
  }
}
