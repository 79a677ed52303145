// What has this node done for presence, and what does it know of it? In numbers, for metrics and for the dashboard.
import { Injectable } from '@nestjs/common';

/** Calls to the store, and the changes in them: of members, or of users that are connected. A call that fails is made again. */
export interface StoreTally {
  calls: number;
  changes: number;
  failedCalls: number;
  failedChanges: number;
}

/** What has happened in the channels of one template since boot. */
export interface MemberTally extends StoreTally {
  /** Edges in the whole cluster that this node was told of. Each is told to one node. */
  joined: number;
  left: number;
  /** Reads of all members of a channel. */
  reads: number;
  failedReads: number;
  /** Frames that tell clients of members, and the clients of this node to which they went. */
  frames: number;
  deliveries: number;
}

/** A channel that this node follows. */
export interface FollowedMembers {
  readonly template: string;
  /** Members on all nodes, as this node knows. */
  readonly size: number;
}

/** What this node follows at this moment. */
export interface PresenceLevels {
  all(): Iterable<FollowedMembers>;
  get(channel: string): FollowedMembers | undefined;
  /** Users that are connected to this node, those within their grace too. */
  users(): number;
}

const NO_LEVELS: PresenceLevels = { all: () => [], get: () => undefined, users: () => 0 };

/** Numbers only: nothing is kept for each member, and for channels only what their templates bound. */
@Injectable()
export class PresenceCounts {
  /** Users who have come online and gone in the whole cluster, where this node was told, and calls to the store about them. */
  readonly users = { online: 0, offline: 0, ...noCalls() };
  private readonly tallies = new Map<string, MemberTally>();
  private readonly watchers: ((edge: 'joined' | 'left') => void)[] = [];
  private levels = NO_LEVELS;

  /** By template. */
  get byTemplate(): ReadonlyMap<string, Readonly<MemberTally>> {
    return this.tallies;
  }

  get followed(): Iterable<FollowedMembers> {
    return this.levels.all();
  }

  get usersHere(): number {
    return this.levels.users();
  }

  /** Members of a channel on all nodes; null if this node does not follow it. */
  membersIn(channel: string): number | null {
    return this.levels.get(channel)?.size ?? null;
  }

  /** Calls `watcher` for each user who joins or leaves a channel, where this node is told. It must not throw. */
  watchEdges(watcher: (edge: 'joined' | 'left') => void): void {
    this.watchers.push(watcher);
  }

  /** For the part that follows channels. */
  measure(levels: PresenceLevels): void {
    this.levels = levels;
  }

  /** For the parts that count. The same object each time. */
  of(template: string): MemberTally {
    let tally = this.tallies.get(template);
    if (tally === undefined) {
      tally = { joined: 0, left: 0, reads: 0, failedReads: 0, frames: 0, deliveries: 0, ...noCalls() };
      this.tallies.set(template, tally);
    }
    return tally;
  }

  edge(template: string, edge: 'joined' | 'left'): void {
    this.of(template)[edge]++;
    for (const watcher of this.watchers) watcher(edge);
  }
}

function noCalls(): StoreTally {
  return { calls: 0, changes: 0, failedCalls: 0, failedChanges: 0 };
}
