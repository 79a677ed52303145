// How is a handler called? With the guards, interceptors, pipes and filters that stand on its class and method, resolved once at boot.
import { Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { ContextIdFactory, ModuleRef, ModulesContainer, type ParamsFactory } from '@nestjs/core';
import { isObservable, lastValueFrom } from 'rxjs';
import type { RealtimeContext } from '../connections/realtime-context.js';
import { isPromiseLike } from '../connections/promise-like.js';
import { gateArguments } from '../connections/gate-arguments.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';
import { RealtimeFault } from '../realtime.exception.js';
import { GuardChain } from './guard-chain.js';
import { guardNames } from './guard-names.js';
import { startHandler } from './handler-start.js';
import {
  type EnhancerCreators,
  enhancerCreators,
  ExecutionContextHost,
  FILTERS,
  type InstanceWrapper,
  INTERCEPTORS,
  interceptorsConsumerOf,
  PARAMS,
} from './nest-internals.js';
import { demandNest } from './nest-probe.js';
import { throughPipes } from './pipe-chain.js';
import { handlerParams, PARAM, type ParamsMetadata } from './realtime-handler.decorator.js';
import type { MessageBinder, MessageInvoker, SubscribeGuardInvoker } from './registered-channel.js';

type Callback = (...args: unknown[]) => unknown;
type Instance = Record<string, Callback>;
type ContextId = ReturnType<typeof ContextIdFactory.create>;

/** An instance of a channel class, and where Nest finds its enhancers. */
interface Host {
  readonly instance: Instance;
  /** Token of the module that provides the class. */
  readonly module: string;
  readonly contextId?: ContextId;
  readonly inquirerId?: string;
}

const PARAMS_KEY = 'nestjs-realtime:params';

/**
 * Binds handlers with what Nest's own context creators find, made without the application's globals: `APP_*` and `useGlobal*`
 * enhancers are written for HTTP, so none of them runs on realtime traffic, on any version of Nest.
 *
 * Order: guards (class, method), interceptors, the channel's schema, pipes, handler, with filters around all but the guards. Only
 * what stands on a handler is in its way; interceptors, filters and parameter decorators are Nest's `ExternalContextCreator`'s work.
 */
@Injectable()
export class HandlerInvoker {
  private readonly nest: EnhancerCreators;

  /** @throws RealtimeFault where the installed Nest is not as we take it to be. */
  constructor(
    modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
  ) {
    demandNest();
    this.nest = enhancerCreators(modules);
    const { contexts } = this.nest;
    showMethods(contexts);
    const applyPipes = contexts.getParamValue.bind(contexts);
    // Pipes are for payloads and the application's own parameter decorators; sockets and contexts are not theirs to change.
    contexts.getParamValue = (value, metadata, pipes) =>
      OWN_PARAMS.has(metadata.type) ? Promise.resolve(value) : applyPipes(value, metadata, pipes);
  }

  /** The invoker of a handler method. The binder throws a RealtimeFault where Nest does not run a guard that stands on it. */
  bindHandler(wrapper: InstanceWrapper, method: string): MessageBinder {
    const type = wrapper.metatype as Type;
    Reflect.defineMetadata(PARAMS_KEY, withContextLast(handlerParams(type, method)), type, method);
    return (validator) => {
      const names = guardNames(type, method);
      if (!isScoped(wrapper)) return this.pipeline(staticHost(wrapper), method, validator, names);
      const invoke = this.scoped(wrapper, (host) => this.pipeline(host, method, validator, names));
      return (context) => {
        context.wait();
        return invoke(context);
      };
    };
  }

  /**
   * The guards of a channel class, for gate 2; null where it has none. They resolve or throw; filters have no say.
   *
   * @throws RealtimeFault where Nest does not run a guard that stands on the class.
   */
  bindGuards(wrapper: InstanceWrapper): SubscribeGuardInvoker | null {
    const classOnly = (): void => undefined;
    const names = guardNames(wrapper.metatype as Type);
    if (!isScoped(wrapper)) {
      const guards = this.guardsOf(staticHost(wrapper), classOnly, names);
      return guards.isEmpty ? null : async (request) => guards.pass(request);
    }
    if (names.length === 0) return null;
    return this.scoped(wrapper, (host) => {
      const guards = this.guardsOf(host, classOnly, names);
      return (request: RealtimeContext) => guards.pass(request);
    }) as unknown as SubscribeGuardInvoker;
  }

  /** A new instance per message, with the message as `REQUEST`. */
  private scoped(wrapper: InstanceWrapper, make: (host: Host) => MessageInvoker): MessageInvoker {
    return async (context) => {
      const contextId = ContextIdFactory.create();
      this.moduleRef.registerRequestByContextId(context, contextId);
      const token = wrapper.token as Type;
      const instance = await this.moduleRef.resolve<unknown, Instance>(token, contextId, { strict: false });
      return make({ instance, module: moduleOf(wrapper), contextId, inquirerId: wrapper.id })(context);
    };
  }

  private pipeline(
    host: Host,
    method: string,
    validator: PayloadValidator,
    guardNames: readonly string[],
  ): MessageInvoker {
    const guards = this.guardsOf(host, host.instance[method], guardNames);
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

  /** `(payload, context)`, with nothing but the schema and the pipes before it. */
  private direct(host: Host, method: string, validator: PayloadValidator, guards: GuardChain): MessageInvoker {
    const { instance } = host;
    const pipes = this.pipesOf(host, instance[method]);
    const [metatype] = (Reflect.getMetadata('design:paramtypes', instance, method) ?? []) as [Type?];
    const metadata = { type: 'body', metatype, data: undefined } as const;
    const call = (payload: unknown, context: RealtimeContext): unknown => {
      const result = instance[method](payload, context);
      return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
    };
    return (context) => {
      const payload = throughPipes(pipes, metadata, validator.parse(context.payload));
      if (!isPromiseLike(payload)) {
        return context.hasWaited ? startHandler(context, guards, () => call(payload, context)) : call(payload, context);
      }
      context.wait();
      return payload.then((value) => startHandler(context, guards, () => call(value, context)));
    };
  }

  /** Interceptors, filters and decorated parameters around it: Nest calls the handler, behind the last look at authority. */
  private enhanced(host: Host, method: string, validator: PayloadValidator, guards: GuardChain): MessageInvoker {
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

  /** What no filter takes, or the one that takes it gives no answer to, is thrown on. */
  private filtered(host: Host, callback: Callback, handle: MessageInvoker): MessageInvoker {
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

  /** @throws RealtimeFault where Nest gives fewer guards, or others, than stand there: it drops those that it cannot make in silence. */
  private guardsOf(host: Host, callback: Callback, names: readonly string[]): GuardChain {
    const { instance, module, contextId, inquirerId } = host;
    const guards = this.nest.guards.create(instance, callback, module, contextId, inquirerId);
    if (guards.length !== names.length) {
      throw new RealtimeFault(
        `@UseGuards() on ${instance.constructor.name} names ${names.length} guards (${names.join(', ')}), but Nest runs ${guards.length} of them. ` +
          'Give each a method canActivate(), and leave the handler where the class has it: a method that its constructor assigns again has none.',
      );
    }
    return new GuardChain(guards, instance.constructor as unknown as Type, callback);
  }

  private pipesOf({ instance, module, contextId, inquirerId }: Host, callback: Callback): PipeTransform[] {
    return this.nest.pipes.create(instance, callback, module, contextId, inquirerId);
  }
}

/** Nest hands it to the handler as one more argument, for `checkedBeforeCall` to take away. */
function withContextLast(params: ParamsMetadata): ParamsMetadata {
  const index = Math.max(...Object.values(params).map((param) => param.index)) + 1;
  return { ...params, [`${PARAM.CONTEXT}:${index}`]: { index, pipes: [] } };
}

/** The handler as Nest calls it. It inherits from the method, so that metadata is found where decorators have put it. */
function checkedBeforeCall(callback: Callback, guards: GuardChain): Callback {
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
function paramsFactory(validator: PayloadValidator): ParamsFactory {
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

function isScoped(wrapper: InstanceWrapper): boolean {
  return wrapper.isTransient || !wrapper.isDependencyTreeStatic();
}

function staticHost(wrapper: InstanceWrapper): Host {
  return { instance: wrapper.instance as Instance, module: moduleOf(wrapper) };
}

function moduleOf({ host }: InstanceWrapper): string {
  return host?.token ?? '';
}

/** Whether a method takes `(payload, context)`, and neither interceptors nor filters stand on it. */
function isPositional({ instance }: Host, method: string): boolean {
  return (
    !Reflect.hasMetadata(PARAMS, instance.constructor, method) &&
    !hasMetadata(INTERCEPTORS, instance, instance[method]) &&
    !hasMetadata(FILTERS, instance, instance[method])
  );
}

function hasMetadata(key: string, instance: Instance, callback: object): boolean {
  return Reflect.hasMetadata(key, instance.constructor) || Reflect.hasMetadata(key, callback);
}
