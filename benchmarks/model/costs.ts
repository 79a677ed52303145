// What does each kind of work cost? CPU microseconds of a node and of Redis, and bytes that are kept.

/** CPU microseconds of a node for one of each kind of work. */
export interface NodeCosts {
  /** A broadcast that this node sends: validated, encoded, handed to the broker. */
  readonly broadcast: number;
  /** What history adds to that: it waits for the position, and hears of its own event. */
  readonly historyBroadcast: number;
  /** An event of another node, read and checked. */
  readonly received: number;
  /** One write to one socket, whatever is in it. */
  readonly write: number;
  /** One event in such a write. */
  readonly frame: number;
  /** A message of a client: read, validated, handled, acknowledged. */
  readonly request: number;
  /** A connection: upgrade, gate 1, welcome. */
  readonly connect: number;
  /** A subscription: gate 2, room, reply. */
  readonly subscribe: number;
  /** A user that enters or leaves a channel with presence: own map, gathered call. */
  readonly presenceChange: number;
  /** A change of another node's members, folded into the map of all members. */
  readonly presenceFold: number;
  /** A second of a connection that does nothing, heartbeats included. */
  readonly connectionSecond: number;
  /** A second of a node that does nothing: beats, pings, timers. */
  readonly nodeSecond: number;
}

/** CPU microseconds of Redis for one of each kind of work. */
export interface RedisCosts {
  readonly publish: number;
  /** What history adds to that. */
  readonly historyPublish: number;
  /** One event written to one node. */
  readonly frameOut: number;
  readonly presenceChange: number;
  /** A beat of a node on one master, with the pings between two beats. */
  readonly beat: number;
  /** A revocation: written, heard and confirmed by one node. */
  readonly revocationNode: number;
  /** A second of one server that does nothing. */
  readonly serverSecond: number;
}

/** Bytes that are kept for one of each kind. */
export interface MemoryCosts {
  readonly node: number;
  readonly connection: number;
  readonly subscription: number;
  /** A member of a channel, in Redis, for each node that it is on. */
  readonly redisMember: number;
  /** The interest of a node in a channel, in Redis. */
  readonly redisInterest: number;
}

export interface Costs {
  readonly node: NodeCosts;
  readonly redis: RedisCosts;
  readonly memory: MemoryCosts;
}
