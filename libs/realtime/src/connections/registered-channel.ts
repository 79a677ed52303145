// What does the server hold for one channel? Compiled once at boot, carried by every match, read at every gate.
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { PayloadValidator } from '../payloads/payload-validator.js';

/** A `RealtimeRequest`, as far as this file may know it: a request carries its match, and a match carries what is declared here. */
export interface ChannelRequest {
  readonly channel: string | null;
  readonly payload: unknown;
}

/** The guards of one channel class, for gate 2. */
export interface ChannelGuards {
  /** Takes a `RealtimeRequest`. Returns or resolves when all of them let it pass, else throws or rejects. */
  pass(request: ChannelRequest): Promise<unknown> | undefined;
}

/** What takes one message of a channel. */
export interface BoundHandler {
  /** Takes a `RealtimeContext` through enhancers and schema to the handler; returns or resolves with what the handler gave. */
  invoke(context: ChannelRequest): unknown;
  /** Where it was declared, for faults. */
  readonly place: string;
  /** The names of its guards, for people to read. */
  readonly guards: readonly string[];
}

/** One inbound message of a channel. */
export interface RegisteredMessage {
  readonly validator: PayloadValidator;
  /** Null until a handler claims the message. */
  handler: BoundHandler | null;
}

/** A channel as the gates see it. */
export interface RegisteredChannel {
  readonly descriptor: RealtimeChannelDescriptor;
  /** Where it was registered first, for faults. */
  readonly place: string;
  readonly events: ReadonlyMap<string, PayloadValidator>;
  readonly messages: ReadonlyMap<string, RegisteredMessage>;
  readonly guards: ChannelGuards[];
  /** The names of those guards, for people to read. */
  readonly guardNames: Set<string>;
}
