// Which other nodes live, and how are they doing? Asked every two seconds while this node has viewers.
import type { RealtimeNodes } from 'nestjs-realtime/adapters';
import { toldFigures } from '../collectors/told-figures.js';
import { MOST_ROWS } from '../rows/listing.js';
import type { NodeRow } from '../wire/feed.frames.js';

const ASK_EVERY = 2_000;

export class OtherNodes {
  private found: readonly NodeRow[] = [];
  private timer: NodeJS.Timeout | null = null;
  private hasNews = false;

  constructor(private readonly nodes: Pick<RealtimeNodes, 'nodeId' | 'ask'>) {}

  /** Every other node, at most 200. */
  get rows(): readonly NodeRow[] {
    return this.found;
  }

  start(): void {
    if (this.timer !== null) return;
    this.timer = setInterval(() => void this.ask(), ASK_EVERY).unref();
    void this.ask();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.found = [];
  }

  /** Whether there is an answer that was not taken. */
  takeNews(): boolean {
    const { hasNews } = this;
    this.hasNews = false;
    return hasNews;
  }

  /** Never rejects. Where the engine is away, no other node is known to live. */
  private async ask(): Promise<void> {
    const live = await this.nodes.ask();
    if (this.timer === null) return;
    const others = live.filter(({ nodeId }) => nodeId !== this.nodes.nodeId).slice(0, MOST_ROWS);
    this.hasNews = others.length > 0 || this.found.length > 0;
    this.found = others.map(({ nodeId, report }) => ({ nodeId, figures: toldFigures(report) }));
  }
}
