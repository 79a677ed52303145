// When does a broadcast wait? When much has been broadcast in this turn of the event loop: clients can take nothing before it ends.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { SlowClients } from './slow-clients.js';

/** The share of a client's limit that is broadcast in one turn before broadcasts wait. */
const SHARE = 1 / 4;
/** Milliseconds between two looks at clients that are behind. */
const PAUSE = 5;
/** Milliseconds that one broadcast waits at most. */
const LONGEST = 1_000;

export class BackPressure {
  private bytes = 0;
  private isCounting = false;
  private relief: Promise<void> | null = null;

  constructor(
    private readonly limit: number,
    private readonly clients: SlowClients,
  ) {}

  add(bytes: number): void {
    this.bytes += bytes;
    if (this.isCounting) return;
    this.isCounting = true;
    setImmediate(this.endTurn);
  }

  /** Resolves once clients have had a turn, and those that are behind have caught up or are found slow; null if there is no need to wait. */
  get(): Promise<void> | null {
    if (this.bytes < this.limit * SHARE) return null;
    return (this.relief ??= this.relieve());
  }

  private readonly endTurn = (): void => {
    this.isCounting = false;
    this.bytes = 0;
  };

  private async relieve(): Promise<void> {
    const until = performance.now() + LONGEST;
    await nextTurn();
    while (this.clients.isAnyBehind && performance.now() < until) await pause(PAUSE);
    this.relief = null;
  }
}
