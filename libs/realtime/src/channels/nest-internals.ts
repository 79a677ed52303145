// Which unpublished parts of Nest do we use? All of them are named here, and nest-probe.ts checks them at boot.
import 'reflect-metadata';
import type { CanActivate } from '@nestjs/common';
import { ApplicationConfig, ExternalContextCreator, type ModulesContainer, type NestContainer } from '@nestjs/core';
import { ExternalExceptionFilterContext } from '@nestjs/core/exceptions/external-exception-filter-context.js';
import { GuardsContextCreator } from '@nestjs/core/guards/guards-context-creator.js';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Injector } from '@nestjs/core/injector/injector.js';
import { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { PipesContextCreator } from '@nestjs/core/pipes/pipes-context-creator.js';
import { UnhandledFilter } from './unhandled.filter.js';

export { ExecutionContextHost, Injector, InstanceWrapper };

/** Metadata keys of `@UseGuards()`, `@UseInterceptors()`, `@UsePipes()` and `@UseFilters()`, on classes and methods. */
export const GUARDS = '__guards__';
export const INTERCEPTORS = '__interceptors__';
export const PIPES = '__pipes__';
export const FILTERS = '__exceptionFilters__';
/** Metadata key of a method's parameters, set by `@MessageBody()` and the other parameter decorators of @nestjs/websockets. */
export const PARAMS = '__routeArguments__';
/** Metadata key of an entry provider. Nest instantiates request-scoped enhancers only for entry providers. */
export const ENTRY_PROVIDER = '__entryProvider__';
/** Metadata key of `@Injectable()`. */
export const INJECTABLE = '__injectable__';

/** Metadata keys of `@WebSocketGateway()`: that a class is one, its options, and its port. */
export const GATEWAY = 'websockets:is_gateway';
export const GATEWAY_OPTIONS = 'websockets:gateway_options';
export const PORT = 'port';

/** Parameter kinds, as `PARAMS` metadata encodes them. */
export const NEST_PARAM = { SOCKET: 0, PAYLOAD: 3 } as const;

/** Classes that are not in Nest's own index, or whose unpublished members we call. */
export const NEST_CLASSES = {
  ApplicationConfig,
  ExecutionContextHost,
  ExternalContextCreator,
  ExternalExceptionFilterContext,
  GuardsContextCreator,
  Injector,
  InstanceWrapper,
  PipesContextCreator,
};
export type NestClasses = typeof NEST_CLASSES;

/** Nest's creators, which find and create the enhancers of a class and a method. */
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

/** The part of Nest's configuration that we read. No public token provides it. */
export interface GlobalGuards {
  getGlobalGuards(): readonly CanActivate[];
  getGlobalRequestGuards(): readonly { readonly name: string; readonly metatype: { readonly name: string } | null }[];
}

/** The configuration of a context creator, which holds the global guards. */
export function globalGuardsOf(contexts: ExternalContextCreator): GlobalGuards | undefined {
  return (contexts as unknown as { guardsContextCreator?: { config?: GlobalGuards } }).guardsContextCreator?.config;
}

/** Creates the contexts that interceptors receive. */
export interface InterceptorsConsumer {
  createContext(args: unknown[], instance: object, callback: object): ExecutionContextHost;
}

/** The part of a context creator that runs interceptors. */
export function interceptorsConsumerOf(contexts: ExternalContextCreator): InterceptorsConsumer | undefined {
  return (contexts as unknown as { interceptorsConsumer?: InterceptorsConsumer }).interceptorsConsumer;
}
