// What does a node need of Redis, be it one server or a Cluster? Commands, topics, and to be told what happens to its connections.
import type { Script } from './script.js';

export type Message = readonly [topic: string, text: string];

export interface RedisCommands {
  /** The command with which scripts publish. */
  readonly publishCommand: 'PUBLISH' | 'SPUBLISH';
  /** Whether the server of a key or topic is connected. */
  isUp(name: string): boolean;
  /** Whether the server of a partition is connected. */
  serves(partition: number): boolean;
  /** Runs a script. All keys have one hash tag. */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** A command with one key. */
  call(command: string, key: string, ...args: (string | number)[]): Promise<unknown>;
  /** Publishes in this order to each server. Resolves with an error or null for each message, and never rejects. */
  publish(messages: readonly Message[]): Promise<readonly (Error | null)[]>;
}

/** What the node wants to hear. */
export interface WantedTopics {
  readonly size: number;
  /** How often the connection of a topic was lost: what was published meanwhile has not come. */
  lossesOf(topic: string): number;
  /** The channel of a topic that is wanted. */
  channelOf(topic: string): string | undefined;
  watch(topic: string, channel: string): Promise<void>;
  unwatch(topic: string): void;
}

/** What an engine tells. No method throws. */
export interface EngineEvents {
  /** Every connection that is needed is up. */
  readonly up: () => void;
  /** A connection that is needed has ended. */
  readonly down: (what: string) => void;
  /** Topics are lost, and every connection is up: other servers have them now. */
  readonly moved: () => void;
  /** Why it is not up, or will soon not be. */
  readonly trouble: (reason: string) => void;
  /** A server refuses a topic. */
  readonly refused: (reason: string, topic: string) => void;
  readonly message: (topic: string, text: string) => void;
}

/** What servers say about how they are set up. */
export interface CheckOutcome {
  /** Why nothing works, with what to change. */
  readonly fault: string | null;
  /** What works, and is dangerous. */
  readonly warnings: readonly string[];
}

export interface RedisEngine {
  readonly commands: RedisCommands;
  readonly topics: WantedTopics;
  readonly isUp: boolean;
  /** Topics over which the node hears itself: one of each server. */
  readonly probes: readonly string[];
  /** Can every server be used? */
  check(): Promise<CheckOutcome>;
  /** Resolves when everything that is wanted has been confirmed. */
  restore(): Promise<void>;
  /** Replaces the connection over which a topic should come. */
  reset(topic: string): void;
  close(): void;
}
