// How does a feature declare a channel?
import type { RealtimeChannelDescriptor } from './channel-descriptor.js';
import { compileDefinition } from './channel-definition.js';
import type { ChannelLimits, HistoryOptions, PresenceOptions, SlowConsumerPolicy } from './channel-features.js';
import type { ChannelScope } from './channel-scope.js';
import type { ChannelParamNames } from './channel-template.js';
import type { Duration } from './duration.js';
import type { JsonLoses, LostIn } from './json-types.js';
import type { Events, Messages } from './message-slot.js';
import type { PayloadSchema, SlotOutput } from './payload-schema.js';

/** Refuses a schema whose values JSON cannot carry. */
type SlotCheck<S> = [S] extends [never]
  ? unknown
  : [LostIn<SlotOutput<S>>] extends [never]
    ? unknown
    : JsonLoses<LostIn<SlotOutput<S>>>;
type EventCheck<E> = { readonly [Name in keyof E]: SlotCheck<E[Name]> };
/** Of a message, what leaves the server: its reply, the data of its errors, and its payload if it is a whisper. */
type MessageCheck<M> = {
  readonly [Name in keyof M]: ReplyCheck<M[Name]> & ErrorCheck<M[Name]> & WhisperCheck<M[Name]>;
};
type ReplyCheck<S> = S extends { readonly reply: infer Reply } ? Loss<Reply, 'reply'> : unknown;
type ErrorCheck<S> = S extends { readonly errors: infer Errors } ? { readonly errors: EventCheck<Errors> } : unknown;
type WhisperCheck<S> = S extends { readonly payload: infer Payload; readonly whisper: true }
  ? Loss<Payload, 'payload'>
  : unknown;
type Loss<S, Key extends string> = [LostIn<SlotOutput<S>>] extends [never]
  ? unknown
  : { readonly [K in Key]: JsonLoses<LostIn<SlotOutput<S>>> };
type Nothing = Readonly<Record<never, never>>;

/** What every declaration may hold, apart from slots. */
export interface ChannelOptions<Name extends string, Scope> {
  /** Name template; `{param}` stands for one segment, and its value may be any text of 1 to 128 characters. */
  readonly name: Name;
  /** Who may subscribe. */
  readonly scope: Scope;
  /** `'plain'`: events and messages are Socket.IO events of their own names, for clients that do not know the protocol. */
  readonly wire?: 'plain' | undefined;
  /** `'bare'`, with `wire: 'plain'`: an acknowledgement is the handler's data alone. Default: `{ ok, data }` or `{ ok, error }`. */
  readonly acks?: 'bare' | undefined;
  /** Gathers events for this long, up to 1 s, and sends them together: less CPU, but events arrive that much later. Default: one turn of the event loop. */
  readonly flush?: Duration | undefined;
  /** Sends only the newest broadcast of each event, of those that would be sent together. Default false: all of them. */
  readonly conflate?: boolean | undefined;
  /** What happens to a subscriber that does not read: `'disconnect'` it, or `'drop'` events for it. Default: the server's option. */
  readonly slowConsumer?: SlowConsumerPolicy | undefined;
  /** Limits on what clients send; they can only be tighter than the server's. */
  readonly limits?: ChannelLimits | undefined;
}

/**
 * Declares a channel (docs/decisions/0001#decision-2). The descriptor is plain data: no Nest, no Socket.IO; export it from your feature.
 *
 * - `events`: server to clients; `payload: X` is short for `{ message: X }`. A slot is a class, a Standard Schema, or null for no payload.
 * - `messages`: client to server; `message: X` is short for `{ message: X }`. A message is a slot, or `{ payload, reply, errors, whisper, limits }`.
 * - `autoSubscribe`: the server subscribes each connection that gate 2 admits.
 * - `snapshot`, `history`, `presence`: places for the features of those names.
 *
 * @throws ChannelDefinitionError for an illegal name, scope or slot, and for options that contradict each other.
 * @example
 * export const orderChannel = defineRealtimeChannel({
 *   name: 'orders.{orderId}',
 *   scope: 'authenticated',
 *   events: { shipped: OrderShipped, refresh: null },
 *   messages: { addNote: AddNote },
 * });
 */
// eslint-disable-next-line max-lines-per-function -- all of it is types, and an alias of them would hide the channel on hover
export function defineRealtimeChannel<
  const Name extends string,
  const Scope extends ChannelScope<ChannelParamNames<NoInfer<Name>>>,
  const E extends Events = Nothing,
  const M extends Messages = Nothing,
  Payload extends PayloadSchema = never,
  Message extends PayloadSchema = never,
  Snapshot extends PayloadSchema = never,
  Data extends PayloadSchema = never,
  const SetBy extends 'server' | 'member' = 'server',
  const Presence extends boolean | PresenceOptions<Data, SetBy> = false,
  const Auto extends boolean = false,
  const History extends boolean | HistoryOptions = false,
>(
  definition: ChannelOptions<Name, Scope> & {
    readonly autoSubscribe?: Auto | undefined;
    readonly history?: History | undefined;
    readonly presence?: Presence | PresenceOptions<Data, SetBy> | undefined;
    readonly snapshot?: (Snapshot & SlotCheck<Snapshot>) | undefined;
  } & (
      | { readonly payload: Payload & SlotCheck<Payload>; readonly events?: never }
      | { readonly events?: (E & EventCheck<E>) | undefined; readonly payload?: never }
    ) &
    (
      | { readonly message: Message; readonly messages?: never }
      | { readonly messages?: (M & MessageCheck<M>) | undefined; readonly message?: never }
    ),
): RealtimeChannelDescriptor<{
  readonly name: Name;
  readonly scope: Scope;
  readonly events: [Payload] extends [never] ? E : { readonly message: Payload };
  readonly messages: [Message] extends [never] ? M : { readonly message: Message };
  readonly short: [Payload] extends [never] ? false : true;
  readonly snapshot: [Snapshot] extends [never] ? undefined : Snapshot;
  readonly history: [History] extends [false] ? false : true;
  readonly presence: [Presence] extends [false]
    ? null
    : { readonly data: [Data] extends [never] ? null : Data; readonly setBy: SetBy };
  readonly autoSubscribe: Auto;
}> {
  return compileDefinition(definition) as never;
}
