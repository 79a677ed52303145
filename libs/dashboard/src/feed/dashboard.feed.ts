// What is sent to viewers, and when? A snapshot when they open the page; then the changes, at most four times a second.
import type { DashboardFrame, DashboardSnapshot, Totals } from '../wire/feed.frames.js';
import type { NewRows } from '../rows/row.stream.js';
import type { Observations } from './observations.js';
import type { OtherNodes } from './other-nodes.js';
import { Section } from './section.js';

/** Shortest time between two frames, in milliseconds. */
export const FRAME_EVERY = 250;
/** How often lists are checked for changes, in milliseconds. */
const LISTS_EVERY = 1_000;
/** How often the state of the process is sent while nothing else changes, in milliseconds. */
const NODES_EVERY = 5_000;

export class DashboardFeed {
  private readonly connections: Section<DashboardSnapshot['connections']>;
  private readonly channels: Section<DashboardSnapshot['channels']>;
  private readonly handlers: Section<DashboardSnapshot['handlers']>;
  private readonly queues: Section<DashboardSnapshot['queues']>;
  private readonly totals: Section<Totals>;
  private timer: NodeJS.Timeout | null = null;
  private take: () => NewRows;
  private listsAt = 0;
  private nodesAt = 0;

  constructor(
    private readonly seen: Observations,
    private readonly payloads: 'hidden' | 'shown',
    private readonly ownRooms: () => number,
    private readonly others: OtherNodes,
    private readonly send: (frame: DashboardFrame) => void,
  ) {
    this.connections = new Section((at) => seen.connections.listing(seen.counts(at).connections));
    this.channels = new Section((at) => seen.channels.listing(at, seen.counts(at).stats.rooms - this.ownRooms()));
    this.handlers = new Section((at) => seen.handlers.rows(at));
    this.queues = new Section(() => seen.queues.rows());
    this.totals = new Section((at) => seen.totals(at));
    this.take = seen.stream.reader();
  }

  start(): void {
    this.seen.node.watch();
    this.others.start();
    this.take = this.seen.stream.reader();
    this.timer ??= this.next();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.others.stop();
    this.seen.node.unwatch();
  }

  snapshot(): DashboardSnapshot {
    const at = Date.now();
    const { seen } = this;
    seen.recount(at);
    seen.queues.ask(at);
    for (const section of [this.connections, this.channels, this.handlers, this.queues, this.totals]) section.forget();
    return {
      at,
      nodeId: seen.node.nodeId,
      payloads: this.payloads,
      totals: this.totals.now(at),
      nodes: this.nodeRows(at),
      connections: this.connections.now(at),
      channels: this.channels.now(at),
      handlers: this.handlers.now(at),
      queues: this.queues.now(at),
      rows: seen.stream.newest(),
    };
  }

  /** Each timer starts when the one before has fired, so that two frames are never closer than `FRAME_EVERY`. */
  private next(): NodeJS.Timeout {
    return setTimeout(() => {
      this.timer = this.next();
      this.tick(Date.now());
    }, FRAME_EVERY).unref();
  }

  private tick(at: number): void {
    const lists = this.isDue(at, this.listsAt, LISTS_EVERY) ? this.changedLists(at) : {};
    const totals = this.totals.changed(at);
    const { rows, skipped } = this.take();
    const isNews = totals !== undefined || rows.length > 0 || skipped > 0 || Object.keys(lists).length > 0;
    const areNodesNew = this.others.takeNews();
    if (!isNews && !areNodesNew && !this.isDue(at, this.nodesAt, NODES_EVERY)) return;
    const nodes = areNodesNew || this.isDue(at, this.nodesAt, LISTS_EVERY) ? { nodes: this.reportNodes(at) } : {};
    this.send({ at, totals: totals ?? this.totals.now(at), ...lists, ...nodes, rows, skipped });
  }

  private changedLists(at: number): Partial<DashboardFrame> {
    this.listsAt = at;
    this.seen.queues.ask(at);
    const lists = {
      connections: this.connections.changed(at),
      channels: this.channels.changed(at),
      handlers: this.handlers.changed(at),
      queues: this.queues.changed(at),
    };
    return Object.fromEntries(Object.entries(lists).filter(([, list]) => list !== undefined));
  }

  private reportNodes(at: number): DashboardSnapshot['nodes'] {
    this.nodesAt = at;
    const rows = this.nodeRows(at);
    this.seen.node.forgetLag();
    return rows;
  }

  private nodeRows(at: number): DashboardSnapshot['nodes'] {
    const { stats, ...counts } = this.seen.counts(at);
    const { node } = this.seen;
    return [{ nodeId: node.nodeId, figures: node.figures(stats, counts) }, ...this.others.rows];
  }

  /** Everything is due after the clock was set back. */
  private isDue(at: number, last: number, every: number): boolean {
    return at < last || at - last >= every;
  }
}
