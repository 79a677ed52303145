// Under which keys does Redis keep who is in a channel, and who is connected? All keys of a channel, or of a user, have the tag of one partition.
import type { RedisNames } from './redis-names.js';

/** The keys of a channel, in the order in which scripts take them. */
export type ChannelKeys = readonly [version: string, users: string, nodes: string];

export class PresenceKeys {
  constructor(private readonly names: RedisNames) {}

  /** String: the version. Hash: on how many nodes each user is. Set: nodes with members. */
  channel(channel: string): ChannelKeys {
    const base = this.baseOf(channel);
    return [`${base}:pv:${channel}`, `${base}:pu:${channel}`, `${base}:pn:${channel}`];
  }

  /** What the keys of the nodes' members begin with. */
  members(channel: string): string {
    return `${this.baseOf(channel)}:ph:${channel}:`;
  }

  /** Set: channels of the partition in which the node has members. */
  channelsOf(node: string, partition: number): string {
    return `${this.names.partition(partition)}:pc:${node}`;
  }

  /** Hash: how many connections of the user each node has. */
  online(userId: string): string {
    return `${this.baseOf(userId)}:on:${userId}`;
  }

  /** Set: users of the partition that are connected to the node. */
  usersOf(node: string, partition: number): string {
    return `${this.names.partition(partition)}:ou:${node}`;
  }

  /** Sorted sets: until when the members of each node stay; nodes whose members are taken out. String: the node that does so. */
  get leases(): readonly [leases: string, dead: string, sweeper: string] {
    const { control } = this.names;
    return [`${control}:pl`, `${control}:pd`, `${control}:ps`];
  }

  private baseOf(name: string): string {
    return this.names.partition(this.names.partitionOf(name));
  }
}
