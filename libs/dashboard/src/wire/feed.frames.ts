// What does the page get to know, and in which shape? Names, counts and sizes; payloads only where they were switched on.
import type { RealtimeGate, RefusalCode, SlowConsumerPolicy } from 'nestjs-realtime';

/** Everything at one moment: the answer to `open`. Lists are bounded; `more` says how many entries were left out. */
export interface DashboardSnapshot {
  /** Milliseconds since 1970, of the server's clock, as every `at`. */
  readonly at: number;
  /** Whether rows carry payloads. */
  readonly payloads: 'hidden' | 'shown';
  readonly totals: Totals;
  readonly nodes: readonly NodeRow[];
  readonly connections: Listing<ConnectionRow>;
  readonly channels: Listing<ChannelRow>;
  readonly handlers: readonly HandlerRow[];
  readonly queues: readonly QueueRow[];
  /** The newest rows of the stream, oldest first. */
  readonly rows: readonly StreamRow[];
}

/** What has changed since the frame before, at most four times a second. What is absent is as it was. */
export interface DashboardFrame {
  readonly at: number;
  readonly totals: Totals;
  readonly nodes?: readonly NodeRow[];
  /** Whole lists, where any of their entries changed. */
  readonly connections?: Listing<ConnectionRow>;
  readonly channels?: Listing<ChannelRow>;
  readonly handlers?: readonly HandlerRow[];
  readonly queues?: readonly QueueRow[];
  /** New rows, oldest first. */
  readonly rows: readonly StreamRow[];
  /** Rows that did not fit into this frame. */
  readonly skipped: number;
}

export interface Listing<Row> {
  readonly rows: readonly Row[];
  readonly more: number;
}

/** Counts of this application without the dashboard's own traffic; `...PerSecond` over the last second. */
export interface Totals {
  readonly connections: number;
  readonly users: number;
  readonly subscriptions: number;
  readonly messagesPerSecond: number;
  readonly broadcastsPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly refusals: number;
  readonly slowConsumers: number;
  readonly queuedBytes: number;
}

export interface NodeRow {
  readonly id: string;
  readonly state: 'closed' | 'accepting' | 'draining';
  readonly fanOut: 'fast' | 'stock';
  readonly connections: number;
  readonly uptimeSeconds: number;
  readonly rssBytes: number;
  /** Longest hold of the event loop since the frame before, in milliseconds. */
  readonly loopLagMs: number;
}

export interface ConnectionRow {
  readonly id: string;
  /** Null is anonymous. */
  readonly userId: string | null;
  readonly roles: readonly string[];
  readonly address: string;
  readonly userAgent: string;
  readonly since: number;
  /** Concrete names, the first 20. */
  readonly channels: readonly string[];
}

/** One concrete channel. */
export interface ChannelRow {
  readonly channel: string;
  readonly template: string;
  readonly subscribers: number;
  readonly broadcastsPerSecond: number;
  readonly messagesPerSecond: number;
  /** Broadcasts in each of the last 60 seconds, oldest first. */
  readonly sparkline: readonly number[];
}

/** One handler's latencies over the last minute, in milliseconds. */
export interface HandlerRow {
  readonly template: string;
  readonly message: string;
  readonly count: number;
  readonly failures: number;
  readonly p50: number;
  readonly p99: number;
}

/** One BullMQ queue. */
export interface QueueRow {
  readonly name: string;
  /** `'down'` while its Redis cannot be reached. */
  readonly state: 'up' | 'down';
  readonly waiting: number;
  readonly active: number;
  readonly completed: number;
  readonly failed: number;
}

interface Row {
  /** Grows by one with every row. */
  readonly id: number;
  readonly at: number;
  /** Rows of one story share it: a bus event, what the bridge made of it, and the broadcasts that came of that. */
  readonly story: number | null;
  /** Only where payloads are shown: JSON, redacted, cut. */
  readonly payload?: string;
}

export interface BusEventRow extends Row {
  readonly kind: 'event';
  /** Class of the domain event. */
  readonly name: string;
}

export interface BridgeRow extends Row {
  readonly kind: 'bridge';
  readonly name: string;
  readonly template: string;
  readonly event: string;
  readonly channels: readonly string[];
  /** Null where it was forwarded or skipped. */
  readonly error: string | null;
}

export interface BroadcastRow extends Row {
  readonly kind: 'broadcast';
  readonly channel: string;
  readonly event: string;
  readonly bytes: number;
  readonly deliveries: number;
}

export interface MessageRow extends Row {
  readonly kind: 'message';
  readonly channel: string;
  readonly event: string;
  readonly userId: string | null;
  readonly code: RefusalCode | null;
  readonly milliseconds: number;
}

/** A refusal, explained. */
export interface RefusalRow extends Row {
  readonly kind: 'refusal';
  readonly gate: RealtimeGate;
  readonly code: RefusalCode;
  /** Which guard or rule refused, and why: the reason that the peer never sees. */
  readonly reason: string;
  readonly userId: string | null;
  readonly connectionId: string | null;
  readonly channel: string | null;
  readonly event: string | null;
}

export interface SlowConsumerRow extends Row {
  readonly kind: 'slow-consumer';
  readonly connectionId: string;
  readonly userId: string | null;
  readonly channel: string | null;
  readonly policy: SlowConsumerPolicy;
}

export interface JobRow extends Row {
  readonly kind: 'job';
  readonly queue: string;
  readonly jobId: string;
  readonly state: 'waiting' | 'active' | 'completed' | 'failed' | 'delayed' | 'stalled';
  /** Why it failed; empty otherwise. */
  readonly reason: string;
}

export interface ActionRow extends Row {
  readonly kind: 'action';
  /** Who did it. */
  readonly userId: string;
  readonly action: 'disconnect' | 'evict';
  readonly target: string;
  readonly channel: string | null;
}

export type StreamRow =
  BusEventRow | BridgeRow | BroadcastRow | MessageRow | RefusalRow | SlowConsumerRow | JobRow | ActionRow;
