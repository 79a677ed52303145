// What goes over the wire? Every Socket.IO event name of protocol version 1 in one table, and the shape of every frame.
import type { EvictionCode, GoodbyeCode, RefusalCode } from './codes.js';

/** Version of the protocol, which `rt:welcome` carries. */
export const PROTOCOL_VERSION = 1;
/** Largest number of channels in one batch of `rt:subscribe` or `rt:unsubscribe`. */
export const MAX_SUBSCRIBE_BATCH = 100;

/** Largest number of events in one reply to `rt:history`. */
export const MAX_HISTORY_PAGE = 300;

/** HTTP header by which a page names its connection, so that the server can leave it out (`except: 'caller'`). */
export const CALLER_HEADER = 'x-realtime-connection';

/** Socket.IO event names of protocol version 1. */
export const FRAMES = {
  /** Client to server, each with an ack. */
  SUBSCRIBE: 'rt:subscribe',
  UNSUBSCRIBE: 'rt:unsubscribe',
  MESSAGE: 'rt:message',
  AUTHENTICATE: 'rt:authenticate',
  MEMBERS: 'rt:members',
  HISTORY: 'rt:history',
  WATCH: 'rt:watch',
  /** Server to client. */
  WELCOME: 'rt:welcome',
  EVENT: 'rt:event',
  SKIP: 'rt:skip',
  PRESENCE: 'rt:presence',
  ONLINE: 'rt:online',
  SUBSCRIBED: 'rt:subscribed',
  EVICTED: 'rt:evicted',
  EXPIRING: 'rt:expiring',
  BYE: 'rt:bye',
} as const;

/** A position in a channel's log: which log, and how far into it. */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** One user present on a channel; `since` is ISO-8601. */
export interface Member<Data = unknown> {
  readonly userId: string;
  /** How many connections the user has on the channel. */
  readonly connections: number;
  readonly data?: Data;
  readonly since: string;
}

/** The part of a user that clients see. */
export interface PublicUser {
  readonly userId: string;
  readonly roles: readonly string[];
}

/** `rt:subscribe`: one of these, or an array of up to 100. */
export interface SubscribeFrame {
  readonly channel: string;
  readonly recover?: Position;
}
/** `rt:unsubscribe`: one of these, or an array of up to 100. `rt:members`: one. */
export interface ChannelFrame {
  readonly channel: string;
}
/** `rt:message`; `event` defaults to `"message"`. */
export interface MessageFrame {
  readonly channel: string;
  readonly event?: string;
  readonly payload?: unknown;
  /** W3C Trace Context of the operation that sends it. */
  readonly traceparent?: string;
  readonly tracestate?: string;
}
/** `rt:history`; `limit` is at most 300. */
export interface HistoryFrame {
  readonly channel: string;
  readonly since?: Position;
  readonly limit?: number;
}
/** `rt:watch`: all users whose coming and going the client wants to hear of; an empty list ends it. */
export interface WatchFrame {
  readonly userIds: readonly string[];
}
/** `rt:authenticate`: the same object as Socket.IO `auth`. */
export type Credentials = Readonly<Record<string, unknown>>;

/** One place where a payload violates its schema; `path` is dotted (`items.0.n`), empty for the payload itself. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** Why a request was refused. */
export interface RefusalError {
  /** A code of the protocol, or one that the message declares in `errors`. */
  readonly code: RefusalCode | (string & {});
  readonly message: string;
  readonly retryable: boolean;
  /** With `INVALID_PAYLOAD`, at most 10. */
  readonly issues?: readonly Issue[];
  /** Milliseconds until asking again may help; always with `RATE_LIMITED`. */
  readonly retryAfterMs?: number;
  /** With a code of the application: what the message declares for it. */
  readonly data?: unknown;
}
/** The answer to a refused request; it names no channel. */
export interface RefusalReply {
  readonly ok: false;
  readonly error: RefusalError;
}

export interface SubscribeReply {
  readonly ok: true;
  readonly channel: string;
  /** On channels with history: the position of the log at admission. */
  readonly position?: Position;
  readonly recovered?: boolean;
  /** On channels with presence; includes the subscriber itself. */
  readonly members?: readonly Member[];
  /** Where a subscribed connection gets the snapshot once more: how many events follow it that were broadcast before this reply. */
  readonly sinceSnapshot?: number;
}
export interface UnsubscribeReply {
  readonly ok: true;
  readonly channel: string;
}
export interface MessageReply {
  readonly ok: true;
  /** What the handler returned, where the message declares a `reply`. */
  readonly data?: unknown;
}
export interface AuthenticateReply {
  readonly ok: true;
  readonly user: PublicUser | null;
  readonly expiresAt?: string;
}
export interface MembersReply {
  readonly ok: true;
  readonly members: readonly Member[];
}
export interface WatchReply {
  readonly ok: true;
  /** Those of the watched users who are online now. Users that the client may not know of are never among them. */
  readonly online: readonly string[];
}
export interface HistoryReply {
  readonly ok: true;
  readonly events: readonly { readonly offset: number; readonly event: string; readonly payload: unknown }[];
  readonly position: Position;
}

/** What a connection may send and hold. A channel may allow less. */
export interface ConnectionLimits {
  /** Requests per second; a batch is one. */
  readonly messagesPerSecond: number;
  /** Requests at once after a pause. */
  readonly messageBurst: number;
  /** Bytes of one payload: those of its strings and keys, 2 more for each of them, and 4 for each other scalar. */
  readonly payloadBytes: number;
  readonly subscriptionsPerConnection: number;
}
/** `rt:welcome`, sent once after a successful connect; `expiresAt` is ISO-8601. */
export interface WelcomeFrame {
  readonly protocol: typeof PROTOCOL_VERSION;
  readonly connectionId: string;
  readonly user: PublicUser | null;
  readonly expiresAt?: string;
  readonly limits?: ConnectionLimits;
}
/** `rt:event` takes these as separate arguments; `offset` on channels with history. */
export type EventArguments = readonly [channel: string, event: string, payload: unknown, offset?: number];
/** `rt:skip` takes these as separate arguments: the event at that offset is not for this connection, and counts as seen. */
export type SkipArguments = readonly [channel: string, offset: number];
/** `rt:presence`: a member that the client knows already, and that is told to have joined, has changed. */
export interface PresenceFrame {
  readonly channel: string;
  readonly joined: readonly Member[];
  readonly left: readonly Member[];
}
/** `rt:online`: what has changed of the watched users. */
export interface OnlineFrame {
  readonly online: readonly string[];
  readonly offline: readonly string[];
}
/** `rt:subscribed`: the server has subscribed the connection. It comes before the channel's first event. */
export interface SubscribedFrame {
  readonly channel: string;
  readonly position?: Position;
  readonly members?: readonly Member[];
}
/** `rt:evicted`: the subscription has ended on the server. */
export interface EvictedFrame {
  readonly channel: string;
  readonly code: EvictionCode;
  readonly retryable: boolean;
}
/** `rt:expiring`: credentials end soon; `expiresAt` is ISO-8601. */
export interface ExpiringFrame {
  readonly expiresAt: string;
}
/** `rt:bye`: the connection closes after it. */
export interface ByeFrame {
  readonly code: GoodbyeCode;
  readonly reconnect: boolean;
  readonly retryAfterMs?: number;
}
