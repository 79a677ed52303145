// How does one client follow one log, and what did it hear? It counts offsets, and notes everything that is not the next one.
import type { Position } from '@nestjs-realtime/contract';
import type { Ledger } from './ledger.js';

/** What must not happen. */
export interface Faults {
  missing: number;
  duplicated: number;
  outOfOrder: number;
  /** Events that differ from what was published at their position. */
  wrong: number;
  /** Resets that nothing has caused. */
  unexplained: number;
}

export class Reader {
  readonly faults: Faults = { missing: 0, duplicated: 0, outOfOrder: 0, wrong: 0, unexplained: 0 };
  readonly notes: string[] = [];
  heard = 0;
  /** How often it was told that it has missed events. */
  resets = 0;
  recoveries = 0;
  position: Position | null = null;
  /** Events by position; the ledger may learn of a position later than the client does. */
  private unchecked: [Position, number][] = [];

  constructor(
    readonly channel: string,
    private readonly ledger: Ledger,
  ) {}

  /** The answer to a subscribe. `recovered` is there where `recover` was asked for. */
  subscribed(position: Position, recovered: boolean | undefined): void {
    if (this.position !== null && recovered === true) {
      this.recoveries++;
      return;
    }
    if (this.position !== null) {
      this.resets++;
      if (!this.ledger.mayReset) this.note('unexplained', `reset from ${shown(this.position)} to ${shown(position)}`);
    }
    this.position = position;
  }

  hear(offset: number, n: number): void {
    if (this.position === null) return this.note('wrong', `event ${offset} before the subscription was answered`);
    this.heard++;
    const { epoch, offset: last } = this.position;
    if (offset <= last) return this.note(offset === last ? 'duplicated' : 'outOfOrder', `${offset} after ${last}`);
    if (offset > last + 1) {
      this.faults.missing += offset - last - 2;
      this.note('missing', `${last + 1} to ${offset - 1}`);
    }
    this.position = { epoch, offset };
    this.unchecked.push([this.position, n]);
    if (this.unchecked.length > 500) this.check(250);
  }

  /** Says what is missing at the end, where the log stands at `top`. */
  end(top: Position): void {
    this.check(0);
    const { position } = this;
    if (position === null || position.epoch !== top.epoch) return this.note('missing', `ends at ${shown(position)}`);
    if (this.ledger.mustHaveEnded(this.channel, top.epoch)) this.note('wrong', `two histories of epoch ${top.epoch}`);
    const behind = top.offset - position.offset;
    if (behind <= 0) return;
    this.faults.missing += behind - 1;
    this.note('missing', `ends at ${position.offset}, the log at ${top.offset}`);
  }

  /** Leaves the newest `keep`, whose publishes may not have been answered. */
  private check(keep: number): void {
    for (const [position, n] of this.unchecked.splice(0, this.unchecked.length - keep)) {
      const published = this.ledger.at(this.channel, position);
      if (published.length > 0 && !published.includes(n)) {
        this.note('wrong', `${n} at ${position.offset}, not ${published.join()}`);
      }
    }
  }

  private note(fault: keyof Faults, text: string): void {
    this.faults[fault]++;
    if (this.notes.length < 5) this.notes.push(`${this.channel}: ${fault}: ${text}`);
  }
}

function shown(position: Position | null): string {
  return position === null ? 'nothing' : `${position.epoch}:${position.offset}`;
}
