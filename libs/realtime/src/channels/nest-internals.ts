// What do we use of Nest that Nest does not publish? All of it has its name here; nest-probe.ts checks it at boot.
import 'reflect-metadata';
import type { CanActivate } from '@nestjs/common';
import { ApplicationConfig, ExternalContextCreator, type ModulesContainer, type NestContainer } from '@nestjs/core';
import { ExternalExceptionFilterContext } from '@nestjs/core/exceptions/external-exception-filter-context.js';
import { GuardsContextCreator } from '@nestjs/core/guards/guards-context-creator.js';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { PipesContextCreator } from '@nestjs/core/pipes/pipes-context-creator.js';
import { UnhandledFilter } from './unhandled.filter.js';

export { ExecutionContextHost, InstanceWrapper };

/** Where decorators leave what they say: `@UseGuards()` and its siblings on classes and on methods. */
export const GUARDS = '__guards__';
export const INTERCEPTORS = '__interceptors__';
export const PIPES = '__pipes__';
export const FILTERS = '__exceptionFilters__';
/** Where `@MessageBody()` and its siblings of @nestjs/websockets keep what they know of a method's parameters. */
export const PARAMS = '__routeArguments__';
/** Nest instantiates request-scoped enhancers for entry points only; this is the mark of one. */
export const ENTRY_PROVIDER = '__entryProvider__';
/** The mark of `@Injectable()`. */
export const INJECTABLE = '__injectable__';

/** Parameter kinds, as `PARAMS` has them. */
export const NEST_PARAM = { SOCKET: 0, PAYLOAD: 3 } as const;

/** Classes that are not in Nest's own index, or whose unpublished members we call. */
export const NEST_CLASSES = {
  ApplicationConfig,
  ExecutionContextHost,
  ExternalContextCreator,
  ExternalExceptionFilterContext,
  GuardsContextCreator,
  InstanceWrapper,
  PipesContextCreator,
};
export type NestClasses = typeof NEST_CLASSES;

/** What finds and makes the enhancers of a class and a method. */
export interface EnhancerCreators {
  readonly guards: GuardsContextCreator;
  readonly pipes: PipesContextCreator;
  readonly filters: ExternalExceptionFilterContext;
  readonly contexts: ExternalContextCreator;
}

/** Nest's own creators, without the globals of the application. */
export function enhancerCreators(
  modules: Pick<ModulesContainer, 'entries' | 'get'>,
  nest: NestClasses = NEST_CLASSES,
): EnhancerCreators {
  const config = new nest.ApplicationConfig();
  config.useGlobalFilters(new UnhandledFilter());
  const container = { getModules: () => modules, applicationConfig: config } as unknown as NestContainer;
  return {
    guards: new nest.GuardsContextCreator(container, config),
    pipes: new nest.PipesContextCreator(container, config),
    filters: new nest.ExternalExceptionFilterContext(container, config),
    contexts: nest.ExternalContextCreator.fromContainer(container),
  };
}

/** As much as is read of Nest's configuration, which no public token gives. */
export interface GlobalGuards {
  getGlobalGuards(): readonly CanActivate[];
  getGlobalRequestGuards(): readonly { readonly name: string; readonly metatype: { readonly name: string } | null }[];
}

/** The configuration behind a context creator, with the guards that are global there. */
export function globalGuardsOf(contexts: ExternalContextCreator): GlobalGuards | undefined {
  return (contexts as unknown as { guardsContextCreator?: { config?: GlobalGuards } }).guardsContextCreator?.config;
}

/** Makes the contexts that interceptors get. */
export interface InterceptorsConsumer {
  createContext(args: unknown[], instance: object, callback: object): ExecutionContextHost;
}

/** What runs the interceptors of a context creator. */
export function interceptorsConsumerOf(contexts: ExternalContextCreator): InterceptorsConsumer | undefined {
  return (contexts as unknown as { interceptorsConsumer?: InterceptorsConsumer }).interceptorsConsumer;
}
