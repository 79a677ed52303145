// Which names, payloads, replies and error codes follow from a declaration?
import type { AnyChannel, TypesOf } from './channel-descriptor.js';
import type { Member } from './frames.js';
import type { Jsonify } from './json-types.js';
import type { PayloadOfMessage } from './message-slot.js';
import type { PayloadSchema, Slot, SlotInput, SlotOutput } from './payload-schema.js';

type Declared<T, Key extends string> = Key extends keyof T ? Exclude<T[Key], undefined> : never;
type NamesOf<Channel extends AnyChannel, Kind extends 'events' | 'messages'> = Extract<
  keyof TypesOf<Channel>[Kind],
  string
>;
type WhisperNames<Messages> = Extract<
  { [Name in keyof Messages]: Messages[Name] extends { readonly whisper: true } ? Name : never }[keyof Messages],
  string
>;
type SnapshotSlot<Channel extends AnyChannel> = Declared<TypesOf<Channel>, 'snapshot'>;

/** Whether the channel declares `history`. */
export type HasHistory<Channel extends AnyChannel> = TypesOf<Channel> extends { readonly history: true } ? true : false;

/** Whether the channel declares `presence`. */
export type HasPresence<Channel extends AnyChannel> = [Declared<TypesOf<Channel>, 'presence'>] extends [never]
  ? false
  : [Declared<TypesOf<Channel>, 'presence'>] extends [null]
    ? false
    : true;

/** What is known of a member of the channel beside its id, as JSON carries it. */
export type MemberDataOf<Channel extends AnyChannel> =
  Declared<TypesOf<Channel>, 'presence'> extends { readonly data: infer Data extends PayloadSchema }
    ? Jsonify<SlotOutput<Data>>
    : undefined;
/** What sets the data of a member of the channel. */
export type MemberDataInput<Channel extends AnyChannel> =
  Declared<TypesOf<Channel>, 'presence'> extends { readonly data: infer Data extends PayloadSchema }
    ? SlotInput<Data>
    : undefined;
/** A member of the channel. */
export type MemberOf<Channel extends AnyChannel> = Member<MemberDataOf<Channel>> &
  ([MemberDataOf<Channel>] extends [undefined] ? unknown : { readonly data: MemberDataOf<Channel> });

/** What the other subscribers hear of a whisper: the server adds the sender; null for an anonymous one. */
export interface Whisper<Payload> {
  readonly userId: string | null;
  readonly payload: Payload;
}

/** Names of the events that a broadcast may name. */
export type EventNameOf<Channel extends AnyChannel> = NamesOf<Channel, 'events'>;
/** Names of the events that a client may hear: those of broadcasts, whispers, and the snapshot. */
export type HeardEventOf<Channel extends AnyChannel> =
  | EventNameOf<Channel>
  | WhisperNames<Channel['messages']>
  | ([SnapshotSlot<Channel>] extends [never] ? never : 'snapshot');
/** Names of the messages a channel takes from clients. */
export type MessageNameOf<Channel extends AnyChannel> = NamesOf<Channel, 'messages'>;

/** The payload that a broadcast of this event takes. */
export type EventInput<Channel extends AnyChannel, Event extends EventNameOf<Channel>> = SlotInput<
  Channel['events'][Event]
>;
/** What a client receives for this event, as JSON carries it: a `Date` arrives as a string. */
export type EventOutput<
  Channel extends AnyChannel,
  Event extends HeardEventOf<Channel>,
> = Event extends keyof Channel['events']
  ? Jsonify<SlotOutput<Channel['events'][Event]>>
  : Event extends WhisperNames<Channel['messages']>
    ? Whisper<Jsonify<SlotOutput<PayloadOfMessage<Channel['messages'][Event]>>>>
    : Jsonify<SlotOutput<SnapshotSlot<Channel>>>;

/** What supplies the snapshot of the channel. */
export type SnapshotOf<Channel extends AnyChannel> = SlotInput<SnapshotSlot<Channel>>;

/** What a client sends as this message. */
export type MessageInput<Channel extends AnyChannel, Message extends MessageNameOf<Channel>> = SlotInput<
  PayloadOfMessage<Channel['messages'][Message]>
>;
/** What the handler of this message receives. */
export type MessageOutput<Channel extends AnyChannel, Message extends MessageNameOf<Channel>> = SlotOutput<
  PayloadOfMessage<Channel['messages'][Message]>
>;

/** What the handler of this message returns; nothing leaves the server unless the message declares a `reply`. */
export type ReplyInput<
  Channel extends AnyChannel,
  Message extends MessageNameOf<Channel>,
> = Channel['messages'][Message] extends { readonly reply: infer Reply extends PayloadSchema }
  ? SlotInput<Reply>
  : void;
/** What the sender of this message gets back. */
export type ReplyOutput<
  Channel extends AnyChannel,
  Message extends MessageNameOf<Channel>,
> = Channel['messages'][Message] extends { readonly reply: infer Reply extends PayloadSchema }
  ? Jsonify<SlotOutput<Reply>>
  : void;

/** Error codes that a message declares, each with the slot of its data. */
export type ErrorsOf<
  Channel extends AnyChannel,
  Message extends MessageNameOf<Channel>,
> = Channel['messages'][Message] extends { readonly errors: infer Errors extends Readonly<Record<string, Slot>> }
  ? Errors
  : Readonly<Record<never, Slot>>;
/** Error codes that a message declares. */
export type ErrorCodeOf<Channel extends AnyChannel, Message extends MessageNameOf<Channel>> = Extract<
  keyof ErrorsOf<Channel, Message>,
  string
>;

/** Names of the events that may go without a payload. */
export type EventWithoutPayload<Channel extends AnyChannel> = {
  [Event in EventNameOf<Channel>]: undefined extends EventInput<Channel, Event> ? Event : never;
}[EventNameOf<Channel>];
/** Names of the messages that may go without a payload. */
export type MessageWithoutPayload<Channel extends AnyChannel> = {
  [Message in MessageNameOf<Channel>]: undefined extends MessageInput<Channel, Message> ? Message : never;
}[MessageNameOf<Channel>];
