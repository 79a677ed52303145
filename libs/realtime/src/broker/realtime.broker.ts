// How does an event reach the clients of every node, and how is it remembered? Through a broker, which implements this port.
import type { Position } from '@nestjs-realtime/contract';
import type { EncodedEvent } from '../connections/encoded-event.js';
import type { Party } from '../connections/party.js';
import type { KeptLog } from '../connections/registered-channel.js';
import type { LogFrame, LogPage } from './log-frame.js';
import type { IRealtimePresenceStore } from './presence.store.js';

/** How a channel with history is kept. All nodes give the same terms for one channel. */
export interface LogTerms extends KeptLog {
  /** A publish that repeats the key of an earlier one changes nothing and resolves with the position of that one. */
  readonly idempotencyKey?: string | undefined;
  /** Where this node has seen the log. A log that stands before it in the same epoch has lost events and begins a new epoch. */
  readonly known?: Position | undefined;
}

/** A change of connections that all nodes make. The node that it comes from has made it already. */
export interface ControlCommand {
  /** `displace` closes a connection because a newer one of its user has taken its place; `member` sets the data of a member. */
  readonly kind: 'subscribe' | 'unsubscribe' | 'reauthorize' | 'disconnect' | 'displace' | 'member';
  readonly party: Party;
  /** Concrete channel name; without it, all channels of the party are concerned. */
  readonly channel?: string;
  /** With `member`: what JSON carries. */
  readonly data?: unknown;
}

/** How many connections a user may have, and whether one more is refused or the oldest give way. */
export interface ConnectionLimit {
  readonly max: number;
  readonly over: 'refuse' | 'close-oldest';
}

/** Which nodes have acted, by their ids, and which of those that live have not. */
export interface CommandOutcome {
  readonly acknowledged: readonly string[];
  readonly missing: readonly string[];
}

/** How the broker is. `joining`: not connected since it started. `degraded`: the engine is away, so this node serves its own clients only. */
export interface BrokerHealth {
  readonly state: 'joining' | 'ok' | 'degraded';
  readonly since: Date;
  /** Why it is not `ok`, for operators. */
  readonly reason?: string;
}

/** What a broker knows of its node. */
export interface BrokerNode {
  /** Names this process among all nodes. No other start has the same. */
  readonly nodeId: string;
  /** How long `command` waits for other nodes, in milliseconds. */
  readonly acknowledgeTimeout: number;
  /**
   * What this node tells the others of itself, for operators: text of at most `LONGEST_REPORT` characters. Only brokers that have `nodes`
   * call it: as often as they say that the node lives, while any node asks. Does not throw.
   */
  report(): string;
}

/** Most characters of a report. A longer one is not passed on. */
export const LONGEST_REPORT = 2_000;

/** A node that lives. */
export interface LiveNode {
  readonly nodeId: string;
  /** Its latest report; null if it has not been asked yet. */
  readonly report: string | null;
}

/** What a broker has done since it was made, and what waits. A broker leaves out what it does not count. */
export interface BrokerStats {
  /** What came and could not be read, by reason. */
  readonly skipped?: Readonly<Partial<Record<string, number>>>;
  /** Events that the engine did not get, and those that it has not confirmed. */
  readonly lost?: number;
  /** Bytes that wait, or that the engine has not confirmed yet. */
  readonly queuedBytes?: number;
  /** Events that were sent to the engine. */
  readonly published?: number;
  /** Writes or calls in which they were sent. */
  readonly batches?: number;
  /** Nodes that lived when this one told last that it lives, this one included. */
  readonly nodes?: number;
  /** How often this node counted as dead though it ran. */
  readonly expired?: number;
}

/** This node, as its broker sees it. No method throws, and no promise of it rejects. */
export interface BrokerSink {
  /**
   * An event of another node that is in no log. The broker fills in what travels: channels, event, json, except, to, `isDroppable` and trace; the
   * rest comes from the channel's declaration.
   */
  deliver(event: EncodedEvent): void;
  /** The next frame that the engine has sent for a watched channel with history, from any node, this one included. */
  receive(frame: LogFrame): void;
  /** A command of another node. Resolves when this node has acted. */
  act(command: ControlCommand): Promise<void>;
  /** Commands may have been lost: checks the rights of every connection. Resolves when it has. */
  renewAll(): Promise<void>;
  /** From now on frames and commands may be lost, because the engine does not reach this node. */
  gone(): void;
  /** Everything that was watched is watched again. What was lost before can be read. */
  rejoined(): void;
}

/**
 * Carries events between nodes and keeps the logs of channels with history. Pass an implementation to
 * `RealtimeModule.forRoot({ broker })`.
 *
 * A broker obliges itself to:
 * - offsets that are contiguous from 1 for each channel and epoch, in one order for all nodes and sinks;
 * - append before it publishes, so that a node that has read the log after `watch` resolved hears of everything later;
 * - give each frame its tag, and the tag of the frame before it;
 * - pass the events of one channel to each other node in the order of the `publish` calls of their node;
 * - answer within a bounded time: `UNAVAILABLE`, as a `RealtimeException`, where it does not know;
 * - call `sink.gone()` and `sink.rejoined()` around every loss of what it was subscribed to.
 *
 * It must not deliver to clients, cache, repeat a publish, look into payloads, throw out of a callback, queue without a bound, or delay
 * local delivery. Members of this node get an event without a log before `publish` is called.
 *
 * Security note: what a broker receives is untrusted. It passes on only what has the form of these types: JSON that parses, offsets that are
 * whole numbers, lists of parties. It skips and counts the rest. Whether a channel declares an event is checked behind the port.
 */
export abstract class IRealtimeBroker {
  /** Whether this process is the only node. Then events that are in no log, and watches of their channels, never reach the broker. */
  readonly isLocal: boolean = false;

  /**
   * Called once, before the first client is accepted; `publish` may come earlier. `sink` is null in a process without clients. Resolves
   * once it has joined, or after a bounded time: an engine that is away is no error. An error stops the boot.
   */
  abstract start(sink: BrokerSink | null, node: BrokerNode): Promise<void>;
  /** Called once, after the last client has disconnected. Sends what waits. */
  abstract stop(): Promise<void>;
  /**
   * Takes an event that has passed gate 4. Without `log` it goes to the other nodes, and the promise resolves with null. With `log` it is
   * appended to the log of its one channel, goes to every node that watches the channel, and the promise resolves with its position.
   *
   * Rejects with `UNAVAILABLE` if the engine gives no answer in time; the event may have been published.
   */
  abstract publish(event: EncodedEvent, log?: LogTerms): Promise<Position | null>;
  /**
   * Resolves when the engine has confirmed that frames of the channel come from now on. Rejects with `UNAVAILABLE`; then the node asks again.
   */
  abstract watch(channel: string): Promise<void>;
  /** Frames of the channel need not come any longer. The channel may be watched again. May come after `stop`. */
  abstract unwatch(channel: string): void;
  /**
   * Where the log of a channel stands, and its entries from offset `from`, inclusive, ascending, as far as they are kept. At most `limit` of
   * them. No entries if `from` is null. A log that does not exist begins. Rejects with `UNAVAILABLE`.
   */
  abstract read(channel: string, from: number | null, limit?: number): Promise<LogPage>;
  /** Where the logs of many channels stand, in their order; null for a log that does not exist. Rejects with `UNAVAILABLE`. */
  abstract positions(channels: readonly string[]): Promise<readonly (Position | null)[]>;
  /** Begins a new epoch, if `epoch` is still the current one: nodes have seen more of the log than the engine has kept. */
  abstract fork(channel: string, epoch: string): Promise<void>;
  /** Resolves when all other live nodes have acted, or with those that have not after a bounded time; the command is not given up. */
  abstract command(command: ControlCommand): Promise<CommandOutcome>;
  abstract health(): BrokerHealth;
  /** Who is where. The same object at each call, also before `start`; null where the engine cannot keep it. */
  presenceStore(): IRealtimePresenceStore | null {
    return null;
  }
  /**
   * Notes a connection of this node for its user, and resolves with the ids of those that have to give way, oldest first. Resolves with null,
   * and notes nothing, where one more is refused. Connections of nodes that no longer live do not count. Rejects with `UNAVAILABLE`. A
   * broker that cannot count over nodes leaves it out; then each node counts its own.
   */
  noteConnection?(userId: string, connectionId: string, limit: ConnectionLimit): Promise<readonly string[] | null>;
  /** The connection has ended. */
  forgetConnection?(userId: string, connectionId: string): void;
  /** For metrics. A broker that counts nothing leaves it out. */
  stats?(): BrokerStats;
  /**
   * All nodes that live, this one included. For a while after each call, every node tells its report. A broker that cannot tell leaves it
   * out. Rejects with `UNAVAILABLE`.
   *
   * Security note: reports are what other processes have written. The caller checks them.
   */
  nodes?(): Promise<readonly LiveNode[]>;
}
