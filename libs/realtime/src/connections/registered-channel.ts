// What does the server hold for one channel? Compiled once at boot, part of every match, read at every gate.
import type {
  ChannelAddress,
  Member,
  MessageLimits,
  PresenceVisibility,
  RealtimeChannelDescriptor,
} from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';
import type { LoggedEvent } from './encoded-event.js';

/** The parts of a `RealtimeRequest` that this file needs. Importing the class would make an import circle: a request has a match. */
export interface ChannelRequest {
  readonly channelName: string | null;
  readonly payload: unknown;
}

/** One guard of a channel class. */
export interface ChannelGuard extends Pick<ChannelGuards, 'pass'> {
  readonly guard: object;
}

/** The guards of one channel class, for gate 2. */
export interface ChannelGuards {
  /** Name of the class. */
  readonly owner: string;
  /** Names of the guards, for people to read. */
  readonly names: readonly string[];
  /** Takes a `RealtimeRequest`. Returns or resolves if all guards accept it, else throws or rejects. */
  pass(request: ChannelRequest): Promise<unknown> | undefined;
  /** The guards one by one, in the order in which they run. A request-scoped class and its guards are made for the request. */
  split(request: ChannelRequest): readonly ChannelGuard[] | Promise<readonly ChannelGuard[]>;
}

/** The handler of one message of a channel. */
export interface BoundHandler {
  /** Passes a `MessageRequest` through enhancers and schema to the handler. Returns or resolves with the handler's result. */
  invoke(context: ChannelRequest): unknown;
  /** Where it was declared, for error messages. */
  readonly place: string;
  /** The names of its guards, for people to read. */
  readonly guards: readonly string[];
}

/** One inbound message of a channel. */
export interface RegisteredMessage {
  readonly validator: PayloadValidator;
  /** Codes that the message may be refused with, each with the validator of its data. */
  readonly errors: ReadonlyMap<string, PayloadValidator>;
  /** Null if nothing that the handler returns leaves the server. */
  readonly reply: PayloadValidator | null;
  /** Whether it is forwarded to the other subscribers, without a handler. */
  readonly whisper: boolean;
  /** Whether it sets the presence data of its sender, without a handler. */
  readonly setsMemberData: boolean;
  /** Null if it declares none of its own. */
  readonly limits: MessageLimits | null;
  /** Null until a handler claims the message, and where the layer handles it. */
  handler: BoundHandler | null;
}

/** How the log of a channel is kept. */
export interface KeptLog {
  /** The newest events that are kept. */
  readonly size: number;
  /** All of them are dropped this many milliseconds after the newest. */
  readonly ttlMs: number;
}

/** The method that supplies the state of a channel. */
export interface SnapshotSource {
  /** Resolves with the state as an event, validated and encoded. Rejects with the refusal for those who subscribe. */
  supply(channel: ChannelAddress): Promise<LoggedEvent>;
  /** Where it was declared, for error messages. */
  readonly place: string;
}

/** The state that clients hear first. */
export interface RegisteredSnapshot {
  readonly validator: PayloadValidator;
  /** Null until a method supplies it. */
  source: SnapshotSource | null;
}

/** The method that supplies what is known of a member. */
export interface MemberDataSource {
  /** Resolves with the data, validated and as JSON carries it. Rejects with the refusal for the client that subscribes. */
  supply(user: RealtimeUser, channel: ChannelAddress): Promise<unknown>;
  /** Where it was declared, for error messages. */
  readonly place: string;
}

/** A method that is told of users who join or leave. */
export interface MemberListener {
  hear(member: Member, channel: ChannelAddress): unknown;
  /** Where it was declared, for error messages. */
  readonly place: string;
}

/** How a channel keeps who is present. */
export interface RegisteredPresence {
  /** Null: the server's option holds. */
  readonly graceMs: number | null;
  /** Null: the server's option holds. */
  readonly gatherMs: number | null;
  readonly visibleTo: PresenceVisibility;
  /** Null if members carry no data. */
  readonly data: PayloadValidator | null;
  /** Null until a method supplies the data. */
  source: MemberDataSource | null;
  /** Decide who hears of members. */
  readonly guards: ChannelGuards[];
  readonly onJoin: MemberListener[];
  readonly onLeave: MemberListener[];
}

/** One registered channel. */
export interface RegisteredChannel {
  readonly descriptor: RealtimeChannelDescriptor;
  /** Where it was registered first, for error messages. */
  readonly place: string;
  readonly events: ReadonlyMap<string, PayloadValidator>;
  readonly messages: ReadonlyMap<string, RegisteredMessage>;
  /** Null if it has no history. */
  readonly log: KeptLog | null;
  /** Null if it declares none. */
  readonly snapshot: RegisteredSnapshot | null;
  /** Null if it declares none. */
  readonly presence: RegisteredPresence | null;
  readonly guards: ChannelGuards[];
  /** The names of those guards, for people to read. */
  readonly guardNames: Set<string>;
}
