// How does Nest call a handler with interceptors, filters or decorated parameters? Our schema runs before its pipes, our last authority
// check before the handler.
import type { Type } from '@nestjs/common';
import type { ParamsFactory } from '@nestjs/core';
import type { MessageRequest } from '../connections/message-request.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';
import type { GuardChain } from './guard-chain.js';
import type { Callback } from './handler-host.js';
import { startHandler } from './handler-start.js';
import { type EnhancerCreators, interceptorsConsumerOf } from './nest-internals.js';
import { handlerParams, PARAM, type ParamsMetadata } from './realtime-handler.decorator.js';

/** Metadata key under which Nest finds the parameters of our handlers. */
export const PARAMS_KEY = 'nestjs-realtime:params';

/** Stores the parameters of a method as metadata, in the form that Nest reads. */
export function describeParams(type: Type, method: string): void {
  Reflect.defineMetadata(PARAMS_KEY, withContextLast(handlerParams(type, method)), type, method);
}

/** Makes Nest's creator pass our parameters on unchanged, and show interceptors the original method. */
export function adapt(contexts: EnhancerCreators['contexts']): void {
  showMethods(contexts);
  const applyPipes = contexts.getParamValue.bind(contexts);
  // Pipes apply to payloads and the application's own parameter decorators. They must not change sockets and contexts.
  contexts.getParamValue = (value, metadata, pipes) =>
    OWN_PARAMS.has(metadata.type) ? Promise.resolve(value) : applyPipes(value, metadata, pipes);
}

/** Adds the context as the last argument that Nest passes to the handler; `checkedBeforeCall` removes it again. */
function withContextLast(params: ParamsMetadata): ParamsMetadata {
  const index = Math.max(...Object.values(params).map((param) => param.index)) + 1;
  return { ...params, [`${PARAM.CONTEXT}:${index}`]: { index, pipes: [] } };
}

/** Wraps the handler for Nest. The wrapper inherits from the method, so that Nest finds the metadata that decorators put there. */
export function checkedBeforeCall(callback: Callback, guards: GuardChain): Callback {
  const checked = function (this: unknown, ...args: unknown[]): unknown {
    const context = args.pop() as MessageRequest;
    return startHandler(context, guards, () => callback.apply(this, args));
  };
  return Object.setPrototypeOf(checked, callback) as Callback;
}

/** Makes `getHandler()` of an interceptor's context return the original method instead of the wrapper from `checkedBeforeCall`. */
function showMethods(contexts: EnhancerCreators['contexts']): void {
  const consumer = interceptorsConsumerOf(contexts)!;
  const createContext = consumer.createContext.bind(consumer);
  consumer.createContext = (args, instance, checked) =>
    createContext(args, instance, Object.getPrototypeOf(checked) as Callback);
}

const OWN_PARAMS: ReadonlySet<unknown> = new Set<unknown>([PARAM.SOCKET, PARAM.CONTEXT, PARAM.CHANNEL]);

/** Reads the arguments of a handler. The schema parses the payload here, before the application's own pipes see it. */
export function paramsFactory(validator: PayloadValidator): ParamsFactory {
  return {
    exchangeKeyForValue: (kind: number, property: unknown, args: unknown[]) => {
      if (kind === PARAM.SOCKET) return args[0];
      if (kind === PARAM.CONTEXT) return args[2];
      if (kind === PARAM.CHANNEL) return channelParam(args[2] as MessageRequest, property);
      if (kind !== PARAM.PAYLOAD) return null;
      const payload = validator.parse(args[1]);
      if (typeof property !== 'string') return payload;
      const pick = (value: unknown): unknown => (value as Record<string, unknown> | null | undefined)?.[property];
      return payload instanceof Promise ? payload.then(pick) : pick(payload);
    },
  };
}

function channelParam({ params }: MessageRequest, name: unknown): unknown {
  return typeof name === 'string' ? params[name] : params;
}
