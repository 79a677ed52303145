// How is a handler called? With the guards, interceptors, pipes and filters that stand on its class and method, resolved once at boot.
import { Injectable, type PipeTransform, type Type } from '@nestjs/common';
import {
  ApplicationConfig,
  ContextIdFactory,
  ExternalContextCreator,
  ModuleRef,
  ModulesContainer,
  type NestContainer,
  type ParamsFactory,
} from '@nestjs/core';
import { GuardsContextCreator } from '@nestjs/core/guards/guards-context-creator.js';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { InterceptorsConsumer } from '@nestjs/core/interceptors/interceptors-consumer.js';
import { PipesContextCreator } from '@nestjs/core/pipes/pipes-context-creator.js';
import { isObservable, lastValueFrom } from 'rxjs';
import type { RealtimeContext } from '../connections/realtime-context.js';
import { isPromiseLike } from '../connections/promise-like.js';
import { gateArguments } from '../connections/gate-arguments.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';
import { GuardChain } from './guard-chain.js';
import { startHandler } from './handler-start.js';
import { throughPipes } from './pipe-chain.js';
import { handlerParams, PARAM, PARAMS_METADATA, type ParamsMetadata } from './realtime-handler.decorator.js';
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
  private readonly guards: GuardsContextCreator;
  private readonly pipes: PipesContextCreator;
  private readonly contexts: ExternalContextCreator;

  constructor(
    modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
  ) {
    const config = new ApplicationConfig();
    const container = { getModules: () => modules, applicationConfig: config } as unknown as NestContainer;
    this.guards = new GuardsContextCreator(container, config);
    this.pipes = new PipesContextCreator(container, config);
    this.contexts = ExternalContextCreator.fromContainer(container);
    showMethod(this.contexts);
    const applyPipes = this.contexts.getParamValue.bind(this.contexts);
    // Pipes are for payloads and the application's own parameter decorators; sockets and contexts are not theirs to change.
    this.contexts.getParamValue = (value, metadata, pipes) =>
      OWN_PARAMS.has(metadata.type) ? Promise.resolve(value) : applyPipes(value, metadata, pipes);
  }

  /** The invoker of a handler method. */
  bindHandler(wrapper: InstanceWrapper, method: string): MessageBinder {
    const type = wrapper.metatype as Type;
    Reflect.defineMetadata(PARAMS_KEY, withContextLast(handlerParams(type, method)), type, method);
    return (validator) => {
      if (!isScoped(wrapper)) return this.pipeline(staticHost(wrapper), method, validator);
      const invoke = this.scoped(wrapper, (host) => this.pipeline(host, method, validator));
      return (context) => {
        context.wait();
        return invoke(context);
      };
    };
  }

  /** The guards of a channel class, for gate 2; null where it has none. They resolve or throw; filters have no say. */
  bindGuards(wrapper: InstanceWrapper): SubscribeGuardInvoker | null {
    if (!Reflect.hasMetadata('__guards__', wrapper.metatype as Type)) return null;
    const classOnly = (): void => undefined;
    if (isScoped(wrapper)) {
      return this.scoped(wrapper, (host) => {
        const guards = this.guardsOf(host, classOnly);
        return (request: RealtimeContext) => guards.pass(request);
      }) as unknown as SubscribeGuardInvoker;
    }
    const guards = this.guardsOf(staticHost(wrapper), classOnly);
    return async (request) => guards.pass(request);
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

  private pipeline(host: Host, method: string, validator: PayloadValidator): MessageInvoker {
    const guards = this.guardsOf(host, host.instance[method]);
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
  private enhanced(
    { instance, contextId, inquirerId }: Host,
    method: string,
    validator: PayloadValidator,
    guards: GuardChain,
  ): MessageInvoker {
    const callback = checkedBeforeCall(instance[method], guards);
    // Nest logs whatever passes through its filters unhandled, so they are only asked where there are some.
    const filters = hasMetadata('__exceptionFilters__', instance, callback);
    const handle = this.contexts.create(
      instance,
      callback,
      method,
      PARAMS_KEY,
      paramsFactory(validator),
      contextId,
      inquirerId,
      { guards: false, interceptors: true, filters },
      'ws',
    );
    return (context) => {
      context.wait();
      return handle(...gateArguments(context));
    };
  }

  private guardsOf({ instance, module, contextId, inquirerId }: Host, callback: Callback): GuardChain {
    const guards = this.guards.create(instance, callback, module, contextId, inquirerId);
    return new GuardChain(guards, instance.constructor as unknown as Type, callback);
  }

  private pipesOf({ instance, module, contextId, inquirerId }: Host, callback: Callback): PipeTransform[] {
    return this.pipes.create(instance, callback, module, contextId, inquirerId);
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
function showMethod(contexts: ExternalContextCreator): void {
  const { interceptorsConsumer } = contexts as unknown as { interceptorsConsumer: InterceptorsConsumer };
  const createContext = interceptorsConsumer.createContext.bind(interceptorsConsumer);
  interceptorsConsumer.createContext = (args, instance, checked) =>
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
    !Reflect.hasMetadata(PARAMS_METADATA, instance.constructor, method) &&
    !hasMetadata('__interceptors__', instance, instance[method]) &&
    !hasMetadata('__exceptionFilters__', instance, instance[method])
  );
}

function hasMetadata(key: string, instance: Instance, callback: object): boolean {
  return Reflect.hasMetadata(key, instance.constructor) || Reflect.hasMetadata(key, callback);
}
