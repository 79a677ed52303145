// Which channels exist, and which handlers take their messages? (docs/decisions/0001#decision-2)
import { Injectable, Logger, Optional } from '@nestjs/common';
import {
  ChannelTemplate,
  type AnyChannel,
  type RealtimeChannelDescriptor,
  splitChannelName,
} from '@nestjs-realtime/contract';
import { type ChannelMatch, matchOf } from '../connections/channel-match.js';
import { isPromiseLike } from '../connections/promise-like.js';
import { contextOf, type MessageRequest } from '../connections/message-request.js';
import type { RealtimeContext } from '../connections/realtime-context.js';
import type { ChannelGuards, RegisteredChannel, RegisteredMessage } from '../connections/registered-channel.js';
import { internalError } from '../instrumentation/internal-error.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { refusalOfHandler } from '../instrumentation/refusal-of.js';
import { withCapture } from '../instrumentation/with-capture.js';
import { withSpan } from '../instrumentation/with-span.js';
import { PayloadSchemaCompiler } from '../payloads/payload-schema.compiler.js';
import { isRefusalCode, type RealtimeException, RealtimeFault } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { compileChannel } from './compile-channel.js';
import { contractFault } from './contract-copy.js';
import { undeclaredError, withDeclaredErrors } from './declared-errors.js';
import { startHandler } from './handler-start.js';
import type { MessageBinder, MessageInvoker } from './message-invoker.js';
import { IRealtimeHandlerRegistry, type RegisteredHandler } from './realtime-handler.registry.js';

/** The registry. It matches names segment by segment against templates of the same length, and builds no RegExp from them. */
@Injectable()
export class HandlerRegistry extends IRealtimeHandlerRegistry {
  private readonly channels = new Map<string, RegisteredChannel>();
  private readonly logger = new Logger('Realtime');
  /** Channels with `autoSubscribe`. */
  readonly autoSubscribed: RegisteredChannel[] = [];
  private readonly byLength = new Map<number, RegisteredChannel[]>();
  /** Channels with `wire: 'plain'`, by the names of their messages. */
  private readonly plain = new Map<string, RegisteredChannel>();

  constructor(
    private readonly schemas: PayloadSchemaCompiler,
    private readonly tracer: IRealtimeTracer,
    @Optional() private readonly options: RealtimeOptions = new RealtimeOptions(),
  ) {
    super();
  }

  override register(
    descriptor: AnyChannel,
    message: string,
    handler: (payload: never, context: never) => unknown,
  ): void {
    const run = handler as (payload: unknown, context: RealtimeContext) => unknown;
    this.bind(descriptor as RealtimeChannelDescriptor, message, 'register()', (validator) => (request) => {
      const payload = validator.parse(request.payload);
      if (!isPromiseLike(payload)) {
        if (!request.isFollowed) return run(payload, contextOf(request));
        return request.start(() => run(payload, contextOf(request)));
      }
      request.wait();
      return payload.then((value) => startHandler(request, null, () => run(value, contextOf(request))));
    });
  }

  override registerChannel(descriptor: RealtimeChannelDescriptor, place = 'registerChannel()'): void {
    this.add(descriptor, place);
  }

  override list(): readonly RegisteredHandler[] {
    return [...this.channels.values()].flatMap(({ descriptor, messages }) =>
      [...messages].filter(([, message]) => message.handler !== null).map(([message]) => ({ descriptor, message })),
    );
  }

  override listChannels(): readonly RealtimeChannelDescriptor[] {
    return [...this.channels.values()].map((channel) => channel.descriptor);
  }

  override getInboundDescriptor(name: string): RealtimeChannelDescriptor | undefined {
    const channel = this.match(name)?.registered;
    return channel && [...channel.messages.values()].some((message) => message.handler !== null)
      ? channel.descriptor
      : undefined;
  }

  /**
   * The channel a concrete name belongs to, with its params; null for an illegal or unknown name.
   *
   * Security note: reads client data.
   */
  match(name: string): ChannelMatch | null {
    const segments = splitChannelName(name);
    if (segments === null) return null;
    for (const registered of this.byLength.get(segments.length) ?? []) {
      const { descriptor } = registered;
      const params = descriptor.template.matchSegments(segments);
      if (params !== null) return matchOf(registered, name, params);
    }
    return null;
  }

  /** The channel with `wire: 'plain'` that takes a message of this name. */
  plainChannel(message: string): RegisteredChannel | undefined {
    return this.plain.get(message);
  }

  /** What is registered for a descriptor. */
  get(descriptor: RealtimeChannelDescriptor): RegisteredChannel | undefined {
    const channel = this.channels.get(descriptor.name);
    return channel?.descriptor === descriptor ? channel : undefined;
  }

  /** Gives a message its handler. @throws RealtimeFault when the message is not declared or already has a handler. */
  bind(
    descriptor: RealtimeChannelDescriptor,
    name: string,
    place: string,
    binder: MessageBinder,
    guards: readonly string[] = [],
  ): void {
    const message = this.add(descriptor, place).messages.get(name);
    if (message === undefined) {
      throw new RealtimeFault(
        `${place} handles "${name}", which channel "${descriptor.name}" does not declare; add it to the channel's messages (${[...Object.keys(descriptor.messages)].join(', ') || 'none so far'}) or fix the name.`,
      );
    }
    if (message.whisper) {
      throw new RealtimeFault(
        `${place} handles "${name}" of channel "${descriptor.name}", which is a whisper and is forwarded without a handler; remove the handler, or remove whisper: true.`,
      );
    }
    if (message.setsMemberData) {
      throw new RealtimeFault(
        `${place} handles "${name}" of channel "${descriptor.name}", by which members set their presence data, so it is taken without a handler; remove the handler.`,
      );
    }
    if (message.handler !== null) {
      throw new RealtimeFault(
        `${place} and ${message.handler.place} both handle "${name}" of channel "${descriptor.name}"; a message can have only one handler: remove one.`,
      );
    }
    message.handler = { invoke: this.sandwich(descriptor, name, message, binder(message.validator)), place, guards };
  }

  /** Adds a class's guards to its channel, for gate 2. */
  guard(
    descriptor: RealtimeChannelDescriptor,
    place: string,
    guards: ChannelGuards | null,
    names: readonly string[] = [],
  ): void {
    const channel = this.add(descriptor, place);
    if (guards !== null) channel.guards.push(guards);
    for (const name of names) channel.guardNames.add(name);
  }

  private add(descriptor: RealtimeChannelDescriptor, place: string): RegisteredChannel {
    if (!(descriptor?.template instanceof ChannelTemplate)) {
      throw new RealtimeFault(
        `${place} names a channel that was not made by defineRealtimeChannel(); pass its descriptor.`,
      );
    }
    const otherContract = contractFault(descriptor.template);
    if (otherContract !== null) {
      throw new RealtimeFault(`Channel "${descriptor.name}" (${place}) was declared with ${otherContract}.`);
    }
    const known = this.channels.get(descriptor.name);
    if (known?.descriptor === descriptor) return known;
    const siblings = this.byLength.get(descriptor.template.length) ?? [];
    const rival = siblings.find((channel) => channel.descriptor.template.overlaps(descriptor.template));
    if (rival !== undefined) {
      throw new RealtimeFault(
        `Channel "${descriptor.name}" (${place}) and channel "${rival.descriptor.name}" (${rival.place}) can match the same name; ` +
          'give one of them another literal segment, or register one descriptor for both.',
      );
    }
    const channel = compileChannel(descriptor, place, this.schemas);
    if (channel.log !== null && (descriptor.slowConsumer ?? this.options.slowConsumer) === 'drop') {
      throw new RealtimeFault(
        `Channel "${descriptor.name}" (${place}) has history, and the option slowConsumer: 'drop' would tear holes into what its clients count; declare slowConsumer: 'disconnect' on the channel.`,
      );
    }
    this.addPlain(channel);
    if (descriptor.autoSubscribe) this.autoSubscribed.push(channel);
    this.channels.set(descriptor.name, channel);
    this.byLength.set(descriptor.template.length, [...siblings, channel]);
    return channel;
  }

  /** @throws RealtimeFault for two channels that take the same message: its frame names no channel. */
  private addPlain(channel: RegisteredChannel): void {
    const { wire, messages, name } = channel.descriptor;
    if (wire !== 'plain') return;
    for (const message of Object.keys(messages)) {
      const rival = this.plain.get(message);
      if (rival !== undefined) {
        throw new RealtimeFault(
          `Channels "${rival.descriptor.name}" (${rival.place}) and "${name}" (${channel.place}) both have wire: 'plain' and take the message "${message}", which names no channel; rename it in one of them.`,
        );
      }
    }
    for (const message of Object.keys(messages)) this.plain.set(message, channel);
  }

  /** `withSpan(withCapture(handler))` (docs/decisions/0009). */
  private sandwich(
    descriptor: RealtimeChannelDescriptor,
    name: string,
    { errors }: RegisteredMessage,
    invoke: MessageInvoker,
  ): MessageInvoker {
    return withSpan(
      this.tracer,
      {
        op: 'realtime-handler',
        name: `realtime-handler ${descriptor.name} ${name}`,
        attributes: { channel: descriptor.name, event: name },
      },
      withCapture(
        this.logger,
        {
          layer: 'realtime-handler',
          describe: (request: MessageRequest) => `channel ${request.channelName}, message ${name}`,
          refusalOf: (error, { aborted }) => this.declared(refusalOfHandler(error, aborted), name, errors),
        },
        errors.size === 0 ? invoke : withDeclaredErrors(name, errors, invoke),
      ),
    );
  }

  /** A code that the message does not declare is a bug of the handler, so the peer gets `INTERNAL`. */
  private declared(
    refusal: RealtimeException | null,
    name: string,
    errors: RegisteredMessage['errors'],
  ): RealtimeException | null {
    if (refusal === null || isRefusalCode(refusal.code) || errors.has(refusal.code)) return refusal;
    return internalError(this.logger, `realtime-handler: message ${name}`, undeclaredError(name, refusal));
  }
}
