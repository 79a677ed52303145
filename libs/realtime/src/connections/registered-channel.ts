// What does the server hold for one channel? Compiled once at boot, part of every match, read at every gate.
import type { MessageLimits, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { PayloadValidator } from '../payloads/payload-validator.js';

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
  /** Null if it declares none of its own. */
  readonly limits: MessageLimits | null;
  /** Null until a handler claims the message, and for a whisper. */
  handler: BoundHandler | null;
}

/** One registered channel. */
export interface RegisteredChannel {
  readonly descriptor: RealtimeChannelDescriptor;
  /** Where it was registered first, for error messages. */
  readonly place: string;
  readonly events: ReadonlyMap<string, PayloadValidator>;
  readonly messages: ReadonlyMap<string, RegisteredMessage>;
  readonly guards: ChannelGuards[];
  /** The names of those guards, for people to read. */
  readonly guardNames: Set<string>;
}
