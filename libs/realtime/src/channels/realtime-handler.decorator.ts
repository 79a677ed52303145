// Which method handles a message? And what are its parameters?
import { DEFAULT_EVENT, type MessageNameOf, type RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { SetMetadata } from '@nestjs/common';
import { NEST_PARAM, PARAMS } from './nest-internals.js';

export const HANDLER_METADATA = 'nestjs-realtime:handler';
/** Parameter kinds, as keys of the parameter metadata: those of @nestjs/websockets, and ours for the context. */
export const PARAM = { ...NEST_PARAM, CONTEXT: 160 } as const;

/** Parameters of a method by `kind:index`, in the form Nest's context creators read. */
export type ParamsMetadata = Readonly<
  Record<string, { readonly index: number; readonly data?: unknown; readonly pipes: readonly unknown[] }>
>;

/**
 * Marks the method that handles a message of the class's channel; `event` defaults to `"message"`. The method gets `(payload, ctx)`, or
 * the parameters it declares with `@MessageBody()` and `@MessageContext()`. If it returns plain data, the reply carries it as `data`.
 * Requests that want an answer are better served by a controller (docs/decisions/0001#decision-1).
 *
 * @example @RealtimeHandler('addNote') async handle(note: AddNote, ctx: RealtimeContext<typeof orderChannel>) {}
 */
export function RealtimeHandler<Channel extends RealtimeChannelDescriptor = RealtimeChannelDescriptor>(
  event: MessageNameOf<Channel> | (string & {}) = DEFAULT_EVENT,
): MethodDecorator {
  return SetMetadata(HANDLER_METADATA, event);
}

/** Injects the `RealtimeContext` of a message beside `@MessageBody()`. */
export function MessageContext(): ParameterDecorator {
  return (target, method, index) => {
    if (method === undefined) return;
    const known = (Reflect.getMetadata(PARAMS, target.constructor, method) ?? {}) as ParamsMetadata;
    const params: ParamsMetadata = { ...known, [`${PARAM.CONTEXT}:${index}`]: { index, pipes: [] } };
    Reflect.defineMetadata(PARAMS, params, target.constructor, method);
  };
}

/** The message that a method handles, if any. */
export function handledEvent(method: object): string | undefined {
  return Reflect.getMetadata(HANDLER_METADATA, method) as string | undefined;
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
