// What has been broadcast on one channel with history? The newest events, as a server keeps them.
import type { HistoryFrame, HistoryReply, Position } from '@nestjs-realtime/contract';

export interface KeptEvent {
  readonly offset: number;
  readonly event: string;
  readonly payload: unknown;
}

export class MockLog {
  private kept: KeptEvent[] = [];
  private top = 0;

  constructor(private readonly size: number) {}

  get position(): Position {
    return { epoch: 'mock', offset: this.top };
  }

  append(event: string, payload: unknown): KeptEvent {
    const appended = { offset: ++this.top, event, payload };
    this.kept = [...this.kept, appended].slice(-this.size);
    return appended;
  }

  /** All events after a position; null if it is outside the log. */
  after({ epoch, offset }: Position): readonly KeptEvent[] | null {
    const isInside = epoch === this.position.epoch && offset >= this.top - this.kept.length && offset <= this.top;
    return isInside ? this.kept.filter((each) => each.offset > offset) : null;
  }

  page({ since, limit = this.size }: HistoryFrame): HistoryReply {
    const events = since ? (this.after(since) ?? []).slice(0, limit) : this.kept.slice(-limit);
    return { ok: true, events, position: this.position };
  }
}
