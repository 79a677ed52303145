// Which method handles a message? And what are its parameters?
import {
  type AnyChannel,
  DEFAULT_EVENT,
  type MessageNameOf,
  type MessageOutput,
  type RealtimeChannelDescriptor,
  type ReplyInput,
} from '@nestjs-realtime/contract';
import type { RealtimeContext } from '../connections/realtime-context.js';
import { markMethod, type MethodMark } from './marked-methods.js';
import { demandDescriptor } from './named-descriptor.js';
import { NEST_PARAM, PARAMS } from './nest-internals.js';

/** Marks of handlers; each is a `HandledMessage`. */
export const HANDLER: MethodMark = { key: 'nestjs-realtime:handler', decorator: '@RealtimeHandler' };
/** Parameter kinds, as keys of the parameter metadata: those of @nestjs/websockets, and ours for the context. */
export const PARAM = { ...NEST_PARAM, CONTEXT: 160, CHANNEL: 161 } as const;

/** Parameters of a method by `kind:index`, in the form Nest's context creators read. */
export type ParamsMetadata = Readonly<
  Record<string, { readonly index: number; readonly data?: unknown; readonly pipes: readonly unknown[] }>
>;

/** A decorator of methods whose type the compiler checks. */
export type CheckedMethodDecorator<Method> = <T extends Method>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void;

/** What `@RealtimeHandler` keeps of a method. */
export interface HandledMessage {
  readonly message: string;
  /** Null in the unchecked form. */
  readonly descriptor: RealtimeChannelDescriptor | null;
}

/**
 * Marks the method that handles a message of the class's channel. With the descriptor, the compiler checks payload, context and reply of
 * the method; without it nothing is checked, and `message` defaults to `"message"`. The method gets `(payload, ctx)`, or the parameters it
 * declares with `@MessageBody()` and `@MessageContext()`. What it returns leaves the server only if the message declares a `reply`.
 *
 * @example
 * @RealtimeHandler(orderChannel, 'addNote')
 * async add(note: AddNote, ctx: RealtimeContext<typeof orderChannel, 'addNote'>) {}
 */
export function RealtimeHandler(message?: string): MethodDecorator;
export function RealtimeHandler<Channel extends AnyChannel, Message extends MessageNameOf<NoInfer<Channel>>>(
  descriptor: Channel,
  message: Message,
): CheckedMethodDecorator<
  (
    payload: MessageOutput<Channel, Message>,
    context: RealtimeContext<Channel, Message>,
  ) => ReplyInput<Channel, Message> | Promise<ReplyInput<Channel, Message>>
>;
export function RealtimeHandler(first?: AnyChannel | string, second?: string): CheckedMethodDecorator<unknown> {
  const namesMessageAlone = second === undefined && (first === undefined || typeof first === 'string');
  const handled: HandledMessage = namesMessageAlone
    ? { message: first ?? DEFAULT_EVENT, descriptor: null }
    : {
        message: second ?? DEFAULT_EVENT,
        descriptor: demandDescriptor(first, '@RealtimeHandler', 'the name of the message alone'),
      };
  return markMethod(HANDLER, handled);
}

/** Injects the `RealtimeContext` of a message beside `@MessageBody()`. */
export function MessageContext(): ParameterDecorator {
  return parameter(PARAM.CONTEXT);
}

/** Injects a param of the message's channel, or all of them without a name, beside `@MessageBody()`. */
export function ChannelParam(name?: string): ParameterDecorator {
  return parameter(PARAM.CHANNEL, name);
}

function parameter(kind: number, data?: string): ParameterDecorator {
  return (target, method, index) => {
    if (method === undefined) return;
    const known = (Reflect.getMetadata(PARAMS, target.constructor, method) ?? {}) as ParamsMetadata;
    const params: ParamsMetadata = { ...known, [`${kind}:${index}`]: { index, data, pipes: [] } };
    Reflect.defineMetadata(PARAMS, params, target.constructor, method);
  };
}

/**
 * The parameters of a method; `(payload, ctx)` if they are not decorated. A method without a payload parameter gets a hidden one, so that
 * the payload is validated.
 */
export function handlerParams(type: object, method: string): ParamsMetadata {
  const declared = Reflect.getMetadata(PARAMS, type, method) as ParamsMetadata | undefined;
  if (declared === undefined) return POSITIONAL;
  if (Object.keys(declared).some((key) => key.startsWith(`${PARAM.PAYLOAD}:`))) return declared;
  const index = Math.max(...Object.values(declared).map((param) => param.index)) + 1;
  return { ...declared, [`${PARAM.PAYLOAD}:${index}`]: { index, pipes: [] } };
}

const POSITIONAL: ParamsMetadata = {
  [`${PARAM.PAYLOAD}:0`]: { index: 0, pipes: [] },
  [`${PARAM.CONTEXT}:1`]: { index: 1, pipes: [] },
};
