// How does Nest call a handler that has interceptors, filters or decorated parameters? Our schema goes before its pipes, our last look at authority before the handler.
import type { Type } from '@nestjs/common';
import type { ParamsFactory } from '@nestjs/core';
import type { RealtimeContext } from '../connections/realtime-context.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';
import type { GuardChain } from './guard-chain.js';
import type { Callback } from './handler-host.js';
import { startHandler } from './handler-start.js';
import { type EnhancerCreators, interceptorsConsumerOf } from './nest-internals.js';
import { handlerParams, PARAM, type ParamsMetadata } from './realtime-handler.decorator.js';

/** Under which Nest finds what the parameters of our handlers ask for. */
export const PARAMS_KEY = 'nestjs-realtime:params';

/** Leaves on a method what its parameters ask for, in the form that Nest reads. */
export function describeParams(type: Type, method: string): void {
  Reflect.defineMetadata(PARAMS_KEY, withContextLast(handlerParams(type, method)), type, method);
}

/** Makes Nest's creator hand our parameters over as they are, and show interceptors the method itself. */
export function adapt(contexts: EnhancerCreators['contexts']): void {
  showMethods(contexts);
  const applyPipes = contexts.getParamValue.bind(contexts);
  // Pipes are for payloads and the application's own parameter decorators; sockets and contexts are not theirs to change.
  contexts.getParamValue = (value, metadata, pipes) =>
    OWN_PARAMS.has(metadata.type) ? Promise.resolve(value) : applyPipes(value, metadata, pipes);
}

/** Nest hands it to the handler as one more argument, for `checkedBeforeCall` to take away. */
function withContextLast(params: ParamsMetadata): ParamsMetadata {
  const index = Math.max(...Object.values(params).map((param) => param.index)) + 1;
  return { ...params, [`${PARAM.CONTEXT}:${index}`]: { index, pipes: [] } };
}

/** The handler as Nest calls it. It inherits from the method, so that metadata is found where decorators have put it. */
export function checkedBeforeCall(callback: Callback, guards: GuardChain): Callback {
  const checked = function (this: unknown, ...args: unknown[]): unknown {
    const context = args.pop() as RealtimeContext;
    return startHandler(context, guards, () => callback.apply(this, args));
  };
  return Object.setPrototypeOf(checked, callback) as Callback;
}

/** Lets `getHandler()` of an interceptor's context be the method itself, and not what `checkedBeforeCall` made of it. */
function showMethods(contexts: EnhancerCreators['contexts']): void {
  const consumer = interceptorsConsumerOf(contexts)!;
  const createContext = consumer.createContext.bind(consumer);
  consumer.createContext = (args, instance, checked) =>
    createContext(args, instance, Object.getPrototypeOf(checked) as Callback);
}

const OWN_PARAMS: ReadonlySet<unknown> = new Set<unknown>([PARAM.SOCKET, PARAM.CONTEXT]);

/** The schema is the first pipe: it has its say before the application's own pipes see the payload. */
export function paramsFactory(validator: PayloadValidator): ParamsFactory {
  return {
    exchangeKeyForValue: (kind: number, property: unknown, args: unknown[]) => {
      if (kind === PARAM.SOCKET) return args[0];
      if (kind === PARAM.CONTEXT) return args[2];
      if (kind !== PARAM.PAYLOAD) return null;
      const payload = validator.parse(args[1]);
      if (typeof property !== 'string') return payload;
      const pick = (value: unknown): unknown => (value as Record<string, unknown> | null | undefined)?.[property];
      return payload instanceof Promise ? payload.then(pick) : pick(payload);
    },
  };
}
