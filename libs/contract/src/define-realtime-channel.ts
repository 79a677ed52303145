// How does a feature declare a channel?
import { ChannelDefinitionError } from './channel-errors.js';
import type { FlushWindow, RealtimeChannelDescriptor, SlowConsumerPolicy } from './channel-descriptor.js';
import { assertScope, type ChannelScope } from './channel-scope.js';
import { type ChannelParamNames, ChannelTemplate, isDeclarableName } from './channel-template.js';
import { isStandardSchema, type PayloadSchema, type PayloadSchemas } from './payload-schema.js';

/** Name of the event or message that a declaration does not name. */
export const DEFAULT_EVENT = 'message';

/** Longest time events of a channel may be gathered, in milliseconds. */
const LONGEST_WINDOW = 1_000;

/** No events, or no messages. */
export type NoPayloads = Readonly<Record<never, PayloadSchema>>;

/** What `defineRealtimeChannel` takes. */
export type ChannelDefinition<
  Name extends string,
  Payload extends PayloadSchema,
  Message extends PayloadSchema,
  Events extends PayloadSchemas,
  Messages extends PayloadSchemas,
  Scope extends ChannelScope<ChannelParamNames<Name>>,
> = {
  /** Name template; `{param}` stands for one segment. A param's value has no dots. */
  readonly name: Name;
  readonly scope: Scope;
  /** What happens to a subscriber that does not read: `'disconnect'` it, or `'drop'` events for it. Default: the server's option. */
  readonly slowConsumer?: SlowConsumerPolicy;
  /** Gathers events for this many milliseconds, 1 to 1,000, and sends them together: less CPU, up to as much more latency. Default: one turn of the event loop. */
  readonly flush?: FlushWindow;
  /** Sends only the newest broadcast of each event, of those that would be sent together. Default false: all of them. */
  readonly conflate?: boolean;
} & (
  | {
      /** Server to clients; short for one event named "message". */ readonly payload?: Payload;
      readonly events?: never;
    }
  | { /** Server to clients: event name to schema. */ readonly events?: Events; readonly payload?: never }
) &
  (
    | {
        /** Client to server; short for one message named "message". */ readonly message?: Message;
        readonly messages?: never;
      }
    | { /** Client to server: message name to schema. */ readonly messages?: Messages; readonly message?: never }
  );

type SlotsOf<Single extends PayloadSchema, Named extends PayloadSchemas> = [Single] extends [never]
  ? Named
  : { readonly [DEFAULT_EVENT]: Single };

/**
 * Declares a channel (docs/decisions/0001#decision-2). The descriptor is plain data: no Nest, no Socket.IO; export it from your feature.
 *
 * A param fills exactly one segment of the name, so its value has no dots.
 *
 * @throws ChannelDefinitionError for an illegal name, a duplicate or reserved param, a `userScoped` param that the name lacks,
 * an empty role, or a slot that holds no schema.
 * @example
 * export const orderChannel = defineRealtimeChannel({
 *   name: 'orders.{orderId}',
 *   scope: 'authenticated',
 *   events: { shipped: OrderShipped },
 *   messages: { addNote: AddNote },
 * });
 */
export function defineRealtimeChannel<
  const Name extends string,
  Payload extends PayloadSchema = never,
  Message extends PayloadSchema = never,
  Events extends PayloadSchemas = NoPayloads,
  Messages extends PayloadSchemas = NoPayloads,
  const Scope extends ChannelScope<ChannelParamNames<Name>> = ChannelScope<ChannelParamNames<Name>>,
>(
  definition: ChannelDefinition<Name, Payload, Message, Events, Messages, Scope>,
): RealtimeChannelDescriptor<Name, SlotsOf<Payload, Events>, SlotsOf<Message, Messages>, Scope> {
  const template = new ChannelTemplate(definition.name);
  assertScope(definition.scope, template);
  const descriptor: RealtimeChannelDescriptor = Object.freeze({
    name: definition.name,
    scope: definition.scope,
    events: slots(template, 'event', definition.payload, definition.events),
    messages: slots(template, 'message', definition.message, definition.messages),
    ...(definition.slowConsumer !== undefined && { slowConsumer: definition.slowConsumer }),
    ...(definition.flush !== undefined && { flush: flushWindow(template, definition.flush) }),
    ...(definition.conflate === true && { conflate: true }),
    template,
    // Not frozen: freezing would take longer than all the rest, and gate 4 checks the name again.
    with: (params: Readonly<Record<string, string>>) => ({
      descriptor,
      name: template.build(params),
      params: { ...params },
    }),
  });
  return descriptor as RealtimeChannelDescriptor<Name, SlotsOf<Payload, Events>, SlotsOf<Message, Messages>, Scope>;
}

function flushWindow(template: ChannelTemplate, { everyMs }: FlushWindow): FlushWindow {
  if (Number.isInteger(everyMs) && everyMs >= 1 && everyMs <= LONGEST_WINDOW) return Object.freeze({ everyMs });
  throw new ChannelDefinitionError(
    `Channel "${template.source}" has a flush window of ${String(everyMs)} ms; give it 1 to ${LONGEST_WINDOW}, or leave it out.`,
  );
}

function slots(
  template: ChannelTemplate,
  kind: string,
  single: PayloadSchema | undefined,
  named: PayloadSchemas | undefined,
): PayloadSchemas {
  if (single !== undefined && named !== undefined) {
    throw new ChannelDefinitionError(
      `Channel "${template.source}" gives its ${kind}s twice; keep the short form or the named one.`,
    );
  }
  const entries = single === undefined ? Object.entries(named ?? {}) : [[DEFAULT_EVENT, single] as const];
  const result = Object.create(null) as Record<string, PayloadSchema>;
  for (const [name, schema] of entries) {
    if (!isDeclarableName(name)) {
      throw new ChannelDefinitionError(
        `Channel "${template.source}" has the illegal ${kind} name "${name}"; use 1 to 64 of A-Z a-z 0-9 _ -.`,
      );
    }
    if (!isSchema(schema)) {
      throw new ChannelDefinitionError(
        `The ${kind} "${name}" of channel "${template.source}" has no schema; give it a class or a Standard Schema. ` +
          'If you did, an import cycle has left it undefined.',
      );
    }
    result[name] = schema;
  }
  return Object.freeze(result);
}

function isSchema(schema: unknown): schema is PayloadSchema {
  return (
    typeof schema === 'function' ||
    (typeof schema === 'object' && schema !== null && isStandardSchema(schema as PayloadSchema))
  );
}
