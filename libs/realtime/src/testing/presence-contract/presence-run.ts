// What does one case of the contract of presence work with? Nodes on one engine, and a record of what each store has told.
import assert from 'node:assert/strict';
import { randomName } from '../../broker/log-frame.js';
import type {
  IRealtimePresenceStore,
  PresenceChange,
  PresenceDiff,
  PresenceEntry,
  PresenceSink,
  ToldMember,
} from '../../broker/presence.store.js';
import type { IRealtimeBroker } from '../../broker/realtime.broker.js';
import { HeardByNode, type NewNode } from '../broker-contract/contract-run.js';

/** What a store has told its node, in order. */
export class HeardOfPresence implements PresenceSink {
  readonly diffs: PresenceDiff[] = [];
  readonly left: (readonly [channel: string, userId: string])[] = [];
  readonly gone: string[] = [];
  forgettings = 0;

  receive(diff: PresenceDiff): void {
    this.diffs.push(diff);
  }

  swept(channel: string, left: readonly ToldMember[]): void {
    for (const { userId } of left) this.left.push([channel, userId]);
  }

  offline(userIds: readonly string[]): void {
    this.gone.push(...userIds);
  }

  forgotten(): void {
    this.forgettings++;
  }
}

export interface PresenceNode {
  readonly nodeId: string;
  readonly broker: IRealtimeBroker;
  readonly store: IRealtimePresenceStore;
  readonly heard: HeardOfPresence;
}

/** One promise of presence stores. */
export interface PresenceCase {
  readonly title: string;
  readonly run: (run: PresenceRun) => Promise<void>;
}

export class PresenceRun {
  private readonly started: IRealtimeBroker[] = [];

  constructor(private readonly make: NewNode) {}

  /** A channel, a user or a part of them that no other case has used. */
  name(): string {
    return `contract.${randomName()}`;
  }

  async node(): Promise<PresenceNode> {
    const broker = await this.make();
    this.started.push(broker);
    const store = storeOf(broker);
    const heard = new HeardOfPresence();
    store.listen(heard);
    const nodeId = `contract-${randomName()}`;
    await broker.start(new HeardByNode(), { nodeId, acknowledgeTimeout: 5_000, report: () => '' });
    return { nodeId, broker, store, heard };
  }

  /** The store of a process without clients. */
  async reader(): Promise<IRealtimePresenceStore> {
    const broker = await this.make();
    this.started.push(broker);
    await broker.start(null, { nodeId: `contract-${randomName()}`, acknowledgeTimeout: 5_000, report: () => '' });
    return storeOf(broker);
  }

  nodes(count: number): Promise<PresenceNode[]> {
    return Promise.all(Array.from({ length: count }, () => this.node()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.started.map((broker) => broker.stop()));
  }
}

function storeOf(broker: IRealtimeBroker): IRealtimePresenceStore {
  const store = broker.presenceStore();
  assert.ok(store !== null, 'the broker brings no store');
  return store;
}

export function entry(since: number, data?: unknown): PresenceEntry {
  return { connections: 1, since, setAt: since, ...(data !== undefined && { data }) };
}

export function enters(...userIds: readonly string[]): PresenceChange[] {
  return userIds.map((userId) => ({ userId, entry: entry(1) }));
}

export function leaves(...userIds: readonly string[]): PresenceChange[] {
  return userIds.map((userId) => ({ userId, entry: null }));
}

/** All users of a channel, sorted. */
export async function usersIn(store: IRealtimePresenceStore, channel: string): Promise<string[]> {
  const { byNode } = await store.read(channel);
  return [...new Set([...byNode.values()].flatMap((users) => [...users.keys()]))].sort();
}
