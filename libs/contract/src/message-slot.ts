// What may a channel declare about a message that clients send?
import type { PayloadSchema, Slot } from './payload-schema.js';

/** Limits on messages. They can only be tighter than those of the server. */
export interface MessageLimits {
  /** Messages per second and connection. Further ones are refused with `RATE_LIMITED`. */
  readonly messagesPerSecond?: number | undefined;
  /** Messages that a connection may send at once after a pause. Default: twice `messagesPerSecond`. */
  readonly messageBurst?: number | undefined;
  /** Largest payload, in bytes. */
  readonly payloadBytes?: number | undefined;
}

/** A message with more than a payload. */
export interface MessageOptions {
  readonly payload: Slot;
  /** Codes with which a handler may refuse the message, each with the data that it carries. Upper case, and no code of the protocol. */
  readonly errors?: Readonly<Record<string, Slot>> | undefined;
  /** What the sender gets back. Without it, nothing that a handler returns leaves the server. */
  readonly reply?: PayloadSchema | undefined;
  /** Forwards the message to the other subscribers, as the event of its name, with the sender's id. It has no handler. */
  readonly whisper?: true | undefined;
  readonly limits?: MessageLimits | undefined;
}

/** A message: its schema, null if it carries nothing, or its options. */
export type MessageSlot = Slot | MessageOptions;

/** Events of a channel: name to slot. */
export type Events = Readonly<Record<string, Slot>>;
/** Messages of a channel: name to slot. */
export type Messages = Readonly<Record<string, MessageSlot>>;

/** The payload slot of a message. */
export type PayloadOfMessage<S> = S extends { readonly payload: infer Payload extends Slot }
  ? Payload
  : S extends Slot
    ? S
    : never;

/** A message with every option in its place; a short form becomes `{ payload }`. */
export function messageOptions(slot: MessageSlot): MessageOptions {
  return isMessageOptions(slot) ? slot : { payload: slot };
}

/** Whether a message is declared with options. A class or a Standard Schema is a slot, even if it has a field `payload`. */
export function isMessageOptions(slot: MessageSlot): slot is MessageOptions {
  return typeof slot === 'object' && slot !== null && !('~standard' in slot) && 'payload' in slot;
}
