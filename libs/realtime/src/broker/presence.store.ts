// Who is in a channel, and who is connected, over all nodes? Kept by the store that a broker brings, which implements this port.

/** What one node knows of one user in a channel. */
export interface PresenceEntry {
  /** How many connections of the user the node has in the channel. */
  readonly connections: number;
  /** When the user joined, in milliseconds since 1970. */
  readonly since: number;
  /** What is known of the member beside its id: what JSON carries. */
  readonly data?: unknown;
  /** When `data` was set, in milliseconds since 1970. Where nodes differ, the newest counts. */
  readonly setAt: number;
}

/** A user has this entry at the node from now on; null: the node has no connection of the user any more. */
export interface PresenceChange {
  readonly userId: string;
  readonly entry: PresenceEntry | null;
}

/** What has changed on one node, in the order of the versions of a channel. */
export interface PresenceDiff {
  readonly channel: string;
  readonly version: number;
  /** The version before it. */
  readonly previous: number;
  /** The node whose members have changed. It may be dead. */
  readonly nodeId: string;
  readonly changes: readonly PresenceChange[];
}

/** All members of a channel. */
export interface PresencePage {
  /** 0 where there has been no member for a while. */
  readonly version: number;
  /** By node, by user. Null stands for an entry that cannot be read. */
  readonly byNode: ReadonlyMap<string, ReadonlyMap<string, PresenceEntry | null>>;
}

/** Users that had no node before, and users that have none any more. Each edge is told to one node, once. */
export interface PresenceEdges {
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** A user, and their entry at the node that has told it; null where it cannot be read. */
export interface ToldMember {
  readonly userId: string;
  readonly entry: PresenceEntry | null;
}

export interface AppliedPresence extends PresenceEdges {
  readonly version: number;
}

/** How many connections of a user a node has, on whatever channels. */
export interface OnlineChange {
  readonly userId: string;
  readonly connections: number;
}

/** What the store has of one node. */
export interface StoredPresence {
  /** Channels in which it has members. */
  readonly channels: readonly string[];
  /** Users that are connected to it. */
  readonly userIds: readonly string[];
}

/** This node, as its store sees it. No method throws. */
export interface PresenceSink {
  /** The next diff of a channel that the broker watches, from any node, this one included. */
  receive(diff: PresenceDiff): void;
  /** This node has taken members of a dead node out of a channel. These users have left it. */
  swept(channel: string, left: readonly ToldMember[]): void;
  /** This node has done so with the users that were connected to the dead node. These are not connected any more. */
  offline(userIds: readonly string[]): void;
  /** The store does not know this node's members and connected users any more: apply all of them again. */
  forgotten(): void;
}

/**
 * Keeps who is in which channel and who is connected, for all nodes. A node applies changes of its own users, and only these.
 *
 * A store obliges itself to:
 * - apply the changes of one call at once or not at all, and give each such call a version of its channel. Versions of a channel grow, and
 *   none comes twice; each diff names its predecessor;
 * - tell the diff to each node whose broker watches the channel, after it is stored: who reads after `watch` resolved misses nothing later;
 * - treat a repeated change as none: a node repeats what it did not get an answer for;
 * - take the users of a node out when it has told nothing for the lease of nodes, and those of no node that lives;
 * - answer within a bounded time: `UNAVAILABLE`, as a `RealtimeException`, where it does not know.
 *
 * Security note: what a store reads is untrusted. It passes on only what has the form of these types, and skips and counts the rest.
 */
export abstract class IRealtimePresenceStore {
  /** How this node is called in diffs and pages. It is called otherwise after `forgotten`. */
  abstract readonly nodeId: string;
  /** Called once, before the broker starts. In a process without clients it is not called; such a process only asks. */
  abstract listen(sink: PresenceSink): void;
  /** Changes of this node's members. Rejects with `UNAVAILABLE`; then the node applies its state again. */
  abstract apply(channel: string, changes: readonly PresenceChange[]): Promise<AppliedPresence>;
  abstract read(channel: string): Promise<PresencePage>;
  /** Versions of many channels, in their order; 0 where there has been no member for a while. */
  abstract versions(channels: readonly string[]): Promise<readonly number[]>;
  /** How many users are members, without reading who. */
  abstract count(channel: string): Promise<number>;
  /** Connected users of this node; those with 0 connections are not connected to it any more. `joined` and `left` mean the whole cluster. */
  abstract setOnline(changes: readonly OnlineChange[]): Promise<PresenceEdges>;
  abstract isOnline(userId: string): Promise<boolean>;
  /** Those that are connected, in their order. */
  abstract onlineAmong(userIds: readonly string[]): Promise<readonly string[]>;
  /** What is stored of this node. It differs from what the node has told where the engine has lost the newest changes. */
  abstract stored(): Promise<StoredPresence>;
  /**
   * The node leaves, and applies nothing more. Its users stay for `graceMs`, in which they come back elsewhere without a diff. Comes before
   * the broker stops.
   */
  abstract leave(graceMs: number): Promise<void>;
}
