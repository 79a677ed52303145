// How is a handler called? With the guards, interceptors, pipes and filters of its class and method, resolved once at boot.
import { Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { isObservable, lastValueFrom } from 'rxjs';
import { gateArguments } from '../connections/gate-arguments.js';
import { isPromiseLike } from '../connections/promise-like.js';
import type { MessageRequest } from '../connections/message-request.js';
import type { RealtimeRequest } from '../connections/realtime-request.js';
import type { ChannelGuards } from '../connections/registered-channel.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';
import { RealtimeFault } from '../realtime.exception.js';
import { adapt, checkedBeforeCall, describeParams, PARAMS_KEY, paramsFactory } from './external-call.js';
import type { DiscoveredProvider } from './discovered-providers.js';
import { GuardChain } from './guard-chain.js';
import { guardNames } from './guard-names.js';
import {
  type Callback,
  type ContextId,
  type HandlerHost,
  hasMetadata,
  type Instance,
  isPositional,
  isScoped,
  moduleOf,
  staticHost,
} from './handler-host.js';
import { startHandler } from './handler-start.js';
import type { MessageBinder, MessageInvoker } from './message-invoker.js';
import {
  type EnhancerCreators,
  enhancerCreators,
  ExecutionContextHost,
  FILTERS,
  Injector,
  type InstanceWrapper,
} from './nest-internals.js';
import { demandNest } from './nest-probe.js';
import { PRESENCE_GUARDS } from './presence-decorators.js';
import { throughPipes } from './pipe-chain.js';
import { makeEnhancers } from './provided-enhancers.js';
import { contextOfRequest } from './request-context.js';

/**
 * Binds handlers to the enhancers that Nest's own context creators find, without the application's globals. `APP_*` and `useGlobal*`
 * enhancers are written for HTTP, so none of them runs on realtime traffic, on any version of Nest.
 *
 * Order: guards (class, method), interceptors, the channel's schema, pipes, handler, with filters around all but the guards. A handler
 * runs only the enhancers it has. Nest's `ExternalContextCreator` runs interceptors, filters and parameter decorators.
 */
@Injectable()
export class HandlerInvoker {
  private readonly nest: EnhancerCreators;
  private readonly injector = new Injector();

  /** @throws RealtimeFault when the internals of the installed Nest are not the ones we rely on. */
  constructor(
    modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
  ) {
    demandNest();
    this.nest = enhancerCreators(modules);
    adapt(this.nest.contexts);
  }

  /** Makes the enhancers of handlers that are no classes to Nest. @throws RealtimeFault for those that cannot be made. */
  prepare(provider: DiscoveredProvider, methods: readonly string[]): Promise<void> {
    return makeEnhancers(provider, methods);
  }

  /** The invoker of a handler method. The binder throws a RealtimeFault when Nest does not run one of its guards. */
  bindHandler({ wrapper, type }: DiscoveredProvider, method: string): MessageBinder {
    describeParams(type as Type, method);
    return (validator) => {
      if (!isScoped(wrapper)) return this.pipeline(staticHost(wrapper), method, validator);
      const invoke = this.scoped(wrapper, (host) => this.pipeline(host, method, validator));
      return (context) => {
        context.wait();
        return invoke(context);
      };
    };
  }

  /**
   * The guards of a channel class, for gate 2; null if it has none. They resolve or throw, and filters do not apply.
   *
   * @throws RealtimeFault when Nest does not run a guard of the class.
   */
  bindGuards(provider: DiscoveredProvider): ChannelGuards | null {
    const { wrapper, type } = provider;
    const guards = this.chainOf(provider, guardNames(type), (host) => this.guardsOf(host));
    if (!isScoped(wrapper)) return guards.names.length === 0 ? null : guards;
    // A request-scoped factory may make an instance of a subclass, which has guards of its own.
    return guardNames(type).length === 0 && !wrapper.isNotMetatype ? null : guards;
  }

  /** The guards of `@UsePresenceGuards`, without those of the class, which gate 2 has asked. */
  bindPresenceGuards(provider: DiscoveredProvider): ChannelGuards {
    const ofClass = guardNames(provider.type).length;
    const names = guardNames(provider.type, PRESENCE_GUARDS).slice(ofClass);
    return this.chainOf(provider, names, (host) => this.guardsOf(host, PRESENCE_GUARDS).behind(ofClass));
  }

  private chainOf(
    { wrapper, type }: DiscoveredProvider,
    names: readonly string[],
    guardsOf: (host: HandlerHost) => GuardChain,
  ): ChannelGuards {
    if (!isScoped(wrapper)) return guardsOf(staticHost(wrapper));
    const chainFor = this.scoped(wrapper, (host) => () => guardsOf(host));
    return {
      owner: type.name,
      names,
      pass: async (request: RealtimeRequest) => (await chainFor(request)).pass(request),
      split: async (request: RealtimeRequest) => (await chainFor(request)).split(),
    };
  }

  /** Makes the instance in the context of each request. */
  private scoped<Request extends RealtimeRequest, Result>(
    wrapper: InstanceWrapper,
    make: (host: HandlerHost) => (request: Request) => Result | Promise<Result>,
  ): (request: Request) => Promise<Result> {
    return async (request) => {
      const contextId = contextOfRequest(this.moduleRef, wrapper, request);
      const instance = await this.load(wrapper as InstanceWrapper<Instance>, contextId);
      return make({ instance, module: moduleOf(wrapper), contextId, inquirerId: wrapper.id })(request);
    };
  }

  private load(wrapper: InstanceWrapper<Instance>, contextId: ContextId): Promise<Instance> {
    const { host, instance } = wrapper;
    return this.injector.loadPerContext(instance, host!, host!.providers, contextId, wrapper);
  }

  private pipeline(host: HandlerHost, method: string, validator: PayloadValidator): MessageInvoker {
    const guards = this.guardsOf(host, method);
    const handle = isPositional(host, method)
      ? this.direct(host, method, validator, guards)
      : this.enhanced(host, method, validator, guards);
    if (guards.isEmpty) return handle;
    return (context) => {
      const pending = guards.pass(context);
      if (pending === undefined) return handle(context);
      context.wait();
      return pending.then(() => handle(context));
    };
  }

  /** Calls a handler that takes `(payload, context)`, with only schema and pipes before it. */
  private direct(host: HandlerHost, method: string, validator: PayloadValidator, guards: GuardChain): MessageInvoker {
    const { instance } = host;
    const pipes = this.pipesOf(host, instance[method]);
    const [metatype] = (Reflect.getMetadata('design:paramtypes', instance, method) ?? []) as [Type?];
    const metadata = { type: 'body', metatype, data: undefined } as const;
    const call = (payload: unknown, context: MessageRequest): unknown => {
      const result = instance[method](payload, context);
      return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
    };
    return (context) => {
      const payload = throughPipes(pipes, metadata, validator.parse(context.payload));
      if (!isPromiseLike(payload)) {
        if (!context.hasWaited && !context.isFollowed) return call(payload, context);
        return startHandler(context, guards, () => call(payload, context));
      }
      context.wait();
      return payload.then((value) => startHandler(context, guards, () => call(value, context)));
    };
  }

  /** Lets Nest call a handler with interceptors, filters or decorated parameters, after the last authority check. */
  private enhanced(host: HandlerHost, method: string, validator: PayloadValidator, guards: GuardChain): MessageInvoker {
    const { instance, contextId, inquirerId } = host;
    const callback = checkedBeforeCall(instance[method], guards);
    const run = this.nest.contexts.create(
      instance,
      callback,
      method,
      PARAMS_KEY,
      paramsFactory(validator),
      contextId,
      inquirerId,
      { guards: false, interceptors: true, filters: false },
      'ws',
    );
    const handle: MessageInvoker = (context) => {
      context.wait();
      return run(...gateArguments(context));
    };
    return hasMetadata(FILTERS, instance, callback) ? this.filtered(host, callback, handle) : handle;
  }

  /** Applies the filters. An error that no filter handles, or that a filter returns nothing for, is thrown again. */
  private filtered(host: HandlerHost, callback: Callback, handle: MessageInvoker): MessageInvoker {
    const { instance, module, contextId, inquirerId } = host;
    const filters = this.nest.filters.create(instance, callback as never, module, contextId, inquirerId);
    return async (context) => {
      try {
        return await handle(context);
      } catch (error) {
        const args = new ExecutionContextHost(gateArguments(context));
        args.setType('ws');
        const answer: unknown = filters.invokeCustomFilters(error, args);
        if (answer === undefined) throw error;
        return answer;
      }
    };
  }

  /** @throws RealtimeFault when Nest returns another number of guards than declared, because it silently drops those it cannot create. */
  private guardsOf({ instance, module, contextId, inquirerId }: HandlerHost, method?: string): GuardChain {
    const callback = method === undefined ? CLASS_ONLY : instance[method];
    const names = guardNames(instance.constructor, method);
    const guards = this.nest.guards.create(instance, callback, module, contextId, inquirerId);
    if (guards.length !== names.length) {
      throw new RealtimeFault(
        `@UseGuards() on ${instance.constructor.name} names ${names.length} guards (${names.join(', ')}), but Nest runs ${guards.length} of them. ` +
          'Give each guard a method canActivate(), and do not reassign the handler in the constructor: a reassigned method loses its guards.',
      );
    }
    return new GuardChain(guards, instance.constructor as unknown as Type, callback);
  }

  private pipesOf({ instance, module, contextId, inquirerId }: HandlerHost, callback: Callback): PipeTransform[] {
    return this.nest.pipes.create(instance, callback, module, contextId, inquirerId);
  }
}

/** Has no metadata, so that only the enhancers of the class are found. */
const CLASS_ONLY: Callback = () => undefined;
