// What was published, and where does it stand? What every client has heard is judged against this.
import type { Position } from '@nestjs-realtime/contract';

export class Ledger {
  /** By channel and epoch: the numbers that were published at each offset. More than one where a failover has lost the first. */
  private readonly logs = new Map<string, Map<number, number[]>>();
  /** Positions that were given to two events, and no failover explains it. */
  readonly conflicts: string[] = [];
  accepted = 0;
  private lostAt = -Infinity;

  accept(channel: string, { epoch, offset }: Position, n: number): void {
    this.accepted++;
    const log = this.logOf(channel, epoch);
    const before = log.get(offset) ?? [];
    if (before.includes(n)) return;
    log.set(offset, [...before, n]);
    if (before.length > 0 && !this.mayReset)
      this.conflicts.push(`${channel} ${epoch} ${offset}: ${before[0]} and ${n}`);
  }

  /** The numbers at a position; none where no publish was answered with it. */
  at(channel: string, { epoch, offset }: Position): readonly number[] {
    return this.logOf(channel, epoch).get(offset) ?? [];
  }

  /** An epoch in which a failover has given a position to two events must have ended: who heard the first was told. */
  mustHaveEnded(channel: string, epoch: string): boolean {
    return [...this.logOf(channel, epoch).values()].some((numbers) => numbers.length > 1);
  }

  /** From now on, for half a minute, a client may be told that it has missed events: the engine has lost some. */
  engineLostEvents(): void {
    this.lostAt = performance.now();
  }

  get mayReset(): boolean {
    return performance.now() - this.lostAt < 30_000;
  }

  private logOf(channel: string, epoch: string): Map<number, number[]> {
    const name = `${channel} ${epoch}`;
    let log = this.logs.get(name);
    if (log === undefined) this.logs.set(name, (log = new Map()));
    return log;
  }
}
