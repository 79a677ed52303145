// Which instance does a handler belong to? And what does Nest need to find the enhancers on it?
import type { ContextIdFactory } from '@nestjs/core';
import { FILTERS, type InstanceWrapper, INTERCEPTORS, PARAMS } from './nest-internals.js';

export type Callback = (...args: unknown[]) => unknown;
export type Instance = Record<string, Callback>;
export type ContextId = ReturnType<typeof ContextIdFactory.create>;

/** An instance of a channel class, with the keys by which Nest finds its enhancers. */
export interface HandlerHost {
  readonly instance: Instance;
  /** Token of the module that provides the class. */
  readonly module: string;
  readonly contextId?: ContextId;
  readonly inquirerId?: string;
}

export function isScoped(wrapper: InstanceWrapper): boolean {
  return wrapper.isTransient || !wrapper.isDependencyTreeStatic();
}

export function staticHost(wrapper: InstanceWrapper): HandlerHost {
  return { instance: wrapper.instance as Instance, module: moduleOf(wrapper) };
}

export function moduleOf({ host }: InstanceWrapper): string {
  return host?.token ?? '';
}

/** Whether a method takes `(payload, context)` and has neither interceptors nor filters. */
export function isPositional({ instance }: HandlerHost, method: string): boolean {
  return (
    !Reflect.hasMetadata(PARAMS, instance.constructor, method) &&
    !hasMetadata(INTERCEPTORS, instance, instance[method]) &&
    !hasMetadata(FILTERS, instance, instance[method])
  );
}

export function hasMetadata(key: string, instance: Instance, callback: object): boolean {
  return Reflect.hasMetadata(key, instance.constructor) || Reflect.hasMetadata(key, callback);
}
