// What do pages on other nodes see of this one? Its figures, and the newest rows of its stream, while any node asks.
import { NodeCollector, type OwnNode } from '../collectors/node.collector.js';
import type { Bound } from '../rows/listing.js';
import type { NewRows } from '../rows/row.stream.js';
import type { ElsewhereFrame } from '../wire/feed.frames.js';
import type { Observations } from './observations.js';

/** How often rows are sent, in milliseconds. */
const SEND_EVERY = 1_000;
/** What is sent at once. A page of many nodes must be able to follow them. */
const MOST: Bound = { rows: 30, characters: 24_000 };
/** How long a question for figures counts as a page that is open, in milliseconds. */
const ASKED_FOR = 15_000;

export class Sharing {
  private readonly node: NodeCollector;
  private take: (() => NewRows) | null = null;
  private timer: NodeJS.Timeout | null = null;
  private until = 0;

  constructor(
    private readonly seen: Observations,
    own: OwnNode,
    private readonly send: (frame: ElsewhereFrame) => void,
  ) {
    this.node = new NodeCollector(own);
  }

  /** The figures of this node, as text. Called by the broker while a page is open on any node. */
  report(): string {
    this.until = performance.now() + ASKED_FOR;
    if (this.timer === null) this.start();
    const { stats, ...counts } = this.seen.counts(Date.now());
    const figures = this.node.figures(stats, counts);
    this.node.forgetLag();
    return JSON.stringify(figures);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.take = null;
    this.node.unwatch();
  }

  private start(): void {
    this.node.watch();
    this.take = this.seen.stream.reader(MOST);
    this.timer = setInterval(() => this.tick(), SEND_EVERY).unref();
  }

  private tick(): void {
    if (performance.now() > this.until) return this.stop();
    const { rows, skipped } = this.take!();
    if (rows.length > 0 || skipped > 0) this.send({ nodeId: this.node.nodeId, rows, skipped });
  }
}
