// What does the server hold for one channel? Compiled once at boot, read at every gate.
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { RealtimeContext } from '../connections/realtime-context.js';
import type { RealtimeRequest } from '../connections/realtime-request.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';

/** Takes one inbound message: enhancers, schema, handler. Returns, or resolves with, what the handler gave. */
export type MessageInvoker = (context: RealtimeContext) => unknown;

/** Makes an invoker once the message's schema is compiled. */
export type MessageBinder = (validator: PayloadValidator) => MessageInvoker;

/** A guard of a channel class, as gate 2 runs it: resolves, or throws. */
export type SubscribeGuardInvoker = (request: RealtimeRequest) => Promise<unknown>;

/** One inbound message of a channel. */
export interface RegisteredMessage {
  readonly validator: PayloadValidator;
  /** Null where nobody has claimed the message yet. */
  handler: { readonly invoke: MessageInvoker; readonly place: string; readonly guards: readonly string[] } | null;
}

/** A channel as the gates see it. */
export interface RegisteredChannel {
  readonly descriptor: RealtimeChannelDescriptor;
  /** Who registered it first, for faults. */
  readonly place: string;
  readonly events: ReadonlyMap<string, PayloadValidator>;
  readonly messages: ReadonlyMap<string, RegisteredMessage>;
  readonly guards: SubscribeGuardInvoker[];
  /** The names of those guards, for people to read. */
  readonly guardNames: Set<string>;
}
