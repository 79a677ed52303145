// What does the server send to the page, and in which shape? Names, counts and sizes; payloads only with `payloads: 'shown'`.
import type { RealtimeGate, SlowConsumerPolicy } from 'nestjs-realtime';

/** The complete state at one moment: the reply to `open`. Lists are bounded; `more` is the number of entries left out. */
export interface DashboardSnapshot {
  /** Milliseconds since 1970 by the server's clock, like every `at`. */
  readonly at: number;
  /** The node that the page is connected to. Lists, totals and rows are its own, but for `nodes`. */
  readonly nodeId: string;
  /** Whether rows carry payloads, and lists of members their data. */
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

/** The changes since the previous frame, at most four times a second. An absent property has not changed. */
export interface DashboardFrame {
  readonly at: number;
  readonly totals: Totals;
  readonly nodes?: readonly NodeRow[];
  /** The whole list if any of its entries changed. */
  readonly connections?: Listing<ConnectionRow>;
  readonly channels?: Listing<ChannelRow>;
  readonly handlers?: readonly HandlerRow[];
  readonly queues?: readonly QueueRow[];
  /** New rows, oldest first. */
  readonly rows: readonly StreamRow[];
  /** Rows that did not fit into this frame. */
  readonly skipped: number;
}

/** What has happened on another node, at most once a second. */
export interface ElsewhereFrame {
  readonly nodeId: string;
  /** New rows, oldest first. Their ids and stories are numbers of that node. */
  readonly rows: readonly StreamRow[];
  /** Rows that did not fit into this frame. */
  readonly skipped: number;
}

export interface Listing<Row> {
  readonly rows: readonly Row[];
  readonly more: number;
}

/** Counts without the dashboard's own traffic; `...PerSecond` counts the last whole second. */
export interface Totals {
  readonly connections: number;
  readonly users: number;
  readonly subscriptions: number;
  readonly messagesPerSecond: number;
  readonly broadcastsPerSecond: number;
  readonly deliveriesPerSecond: number;
  /** Users who have joined a channel with presence, or left it. Each is one of the whole cluster, and is told to one node. */
  readonly joinsPerSecond: number;
  readonly leavesPerSecond: number;
  readonly refusals: number;
  readonly slowConsumers: number;
  readonly queuedBytes: number;
}

/** A node that lives, and what it has told of itself. */
export interface NodeRow {
  readonly nodeId: string;
  /** Null if it has told nothing yet, or nothing that can be read. */
  readonly figures: NodeFigures | null;
}

export interface NodeFigures {
  readonly state: 'closed' | 'accepting' | 'draining';
  readonly fanOut: 'fast' | 'stock';
  /** Whether it reaches the other nodes; null on a single node. */
  readonly broker: 'joining' | 'ok' | 'degraded' | null;
  /** Of `nestjs-realtime`; null if it is not known. */
  readonly version: string | null;
  readonly connections: number;
  /** Users who are online on this node. */
  readonly users: number;
  readonly subscriptions: number;
  /** Members that events were handed to since its boot. */
  readonly deliveries: number;
  readonly uptimeSeconds: number;
  readonly rssBytes: number;
  /** Longest delay of the event loop since it told its figures last, in milliseconds. */
  readonly loopLagMs: number;
}

export interface ConnectionRow {
  readonly connectionId: string;
  /** Null if anonymous. */
  readonly userId: string | null;
  readonly roles: readonly string[];
  readonly address: string;
  readonly userAgent: string;
  readonly since: number;
  /** Concrete names, 20 at most. */
  readonly channels: readonly string[];
}

/** One concrete channel. */
export interface ChannelRow {
  readonly channel: string;
  readonly template: string;
  readonly subscribers: number;
  /** Users on all nodes; null without presence. */
  readonly members: number | null;
  readonly broadcastsPerSecond: number;
  readonly messagesPerSecond: number;
  /** Broadcasts in each of the last 60 seconds, oldest first. */
  readonly sparkline: readonly number[];
}

/** A user in a channel with presence. */
export interface MemberRow {
  readonly userId: string;
  /** On all nodes. */
  readonly connections: number;
  readonly since: number;
  /** Redacted JSON, cut to a maximum length; only with `payloads: 'shown'`, and if the member has data. */
  readonly data?: string;
}

/** One handler's latencies over the last minute. */
export interface HandlerRow {
  readonly template: string;
  readonly message: string;
  readonly count: number;
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One BullMQ queue. */
export interface QueueRow {
  readonly name: string;
  /** `'up'`: its Redis answers, and no event of a job is missed from now on. */
  readonly state: 'up' | 'down';
  readonly waiting: number;
  readonly active: number;
  readonly completed: number;
  readonly failed: number;
}

interface Row {
  /** Increases by one with every row of its node. */
  readonly id: number;
  readonly at: number;
  /** Shared by the rows of one story: a message or a bus event, its bridge entries, and the broadcasts that result from them. */
  readonly story: number | null;
  /** Redacted JSON, cut to a maximum length; only with `payloads: 'shown'`. */
  readonly payload?: string;
  /** Set by the page: where it happened, if that is not the node to which the page is connected. */
  readonly nodeId?: string;
}

export interface BusEventRow extends Row {
  readonly kind: 'event';
  /** Class name of the domain event. */
  readonly name: string;
}

export interface BridgeRow extends Row {
  readonly kind: 'bridge';
  readonly name: string;
  readonly template: string;
  readonly event: string;
  readonly channels: readonly string[];
  /** Null if the event was forwarded or skipped. */
  readonly error: string | null;
}

export interface BroadcastRow extends Row {
  readonly kind: 'broadcast';
  readonly channel: string;
  readonly event: string;
  readonly payloadBytes: number;
  /** Connections that it was sent to. A broadcast to several channels has a row for each, and the first row counts for all. */
  readonly deliveries: number;
}

export interface MessageRow extends Row {
  readonly kind: 'message';
  readonly channel: string;
  readonly message: string;
  readonly userId: string | null;
  /** Null on success; otherwise a code of the protocol, or one that the message declares. */
  readonly code: string | null;
  readonly durationMs: number;
}

/** A refusal with its explanation. */
export interface RefusalRow extends Row {
  readonly kind: 'refusal';
  readonly gate: RealtimeGate;
  /** A code of the protocol, or one that the message declares. */
  readonly code: string;
  /** Which guard or rule refused, and why. The client never sees it. */
  readonly reason: string;
  readonly userId: string | null;
  readonly connectionId: string | null;
  readonly channel: string | null;
  readonly message: string | null;
}

export interface SlowConsumerRow extends Row {
  readonly kind: 'slow-consumer';
  readonly connectionId: string;
  readonly userId: string | null;
  readonly channel: string | null;
  readonly policy: SlowConsumerPolicy;
  /** What waited for the client. */
  readonly queuedBytes: number;
}

export interface JobRow extends Row {
  readonly kind: 'job';
  readonly queue: string;
  readonly jobId: string;
  readonly state: 'waiting' | 'active' | 'completed' | 'failed' | 'delayed' | 'stalled';
  /** Why the job failed; empty otherwise. */
  readonly reason: string;
}

export interface ActionRow extends Row {
  readonly kind: 'action';
  /** The admin who acted. */
  readonly userId: string;
  readonly action: 'disconnect' | 'evict';
  readonly target: string;
  readonly channel: string | null;
}

export type StreamRow =
  BusEventRow | BridgeRow | BroadcastRow | MessageRow | RefusalRow | SlowConsumerRow | JobRow | ActionRow;
