// How is a handler called? With the guards, interceptors, pipes and filters that stand on its class and method, resolved once at boot.
import { Injectable } from '@nestjs/common';
import {
  ApplicationConfig,
  ContextIdFactory,
  ExternalContextCreator,
  ModuleRef,
  ModulesContainer,
  type NestContainer,
  type ParamsFactory,
} from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { isObservable, lastValueFrom } from 'rxjs';
import type { RealtimeContext } from '../connections/realtime-context.js';
import { gateArguments } from '../connections/gate-arguments.js';
import { refusalOfGuard } from '../instrumentation/refusal-of.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';
import { handlerParams, PARAM, PARAMS_METADATA } from './realtime-handler.decorator.js';
import type { MessageBinder, MessageInvoker, SubscribeGuardInvoker } from './registered-channel.js';

type Instance = Record<string, (...args: unknown[]) => unknown>;
type Type = new (...args: never[]) => object;
type Callback = (...args: unknown[]) => unknown;
type Bound = (...args: unknown[]) => unknown;
type ContextId = ReturnType<typeof ContextIdFactory.create>;

/** Where a bound function's instance and enhancers come from. */
interface Host {
  readonly instance: Instance;
  readonly contextId?: ContextId;
  readonly inquirerId?: string;
}

/** Metadata of the enhancers that stand between the guards and the handler. */
const ENHANCERS = ['__interceptors__', '__pipes__', '__exceptionFilters__'] as const;
const PARAMS_KEY = 'nestjs-realtime:params';

/**
 * Binds handlers through Nest's own `ExternalContextCreator`, made without the application's globals: `APP_*` and `useGlobal*`
 * enhancers are written for HTTP, so none of them runs on realtime traffic, on any version of Nest.
 *
 * Order: guards (class, method), interceptors, the channel's schema, pipes, handler, with filters around all but the guards.
 */
@Injectable()
export class HandlerInvoker {
  private readonly contexts: ExternalContextCreator;

  constructor(
    modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
  ) {
    const container = { getModules: () => modules, applicationConfig: new ApplicationConfig() };
    this.contexts = ExternalContextCreator.fromContainer(container as unknown as NestContainer);
    const applyPipes = this.contexts.getParamValue.bind(this.contexts);
    // Pipes are for payloads and the application's own parameter decorators; sockets and contexts are not theirs to change.
    this.contexts.getParamValue = (value, metadata, pipes) =>
      OWN_PARAMS.has(metadata.type) ? Promise.resolve(value) : applyPipes(value, metadata, pipes);
  }

  /** The invoker of a handler method. */
  bindHandler(wrapper: InstanceWrapper, method: string): MessageBinder {
    const type = wrapper.metatype as Type;
    Reflect.defineMetadata(PARAMS_KEY, handlerParams(type, method), type, method);
    return (validator) => {
      if (isScoped(wrapper)) return this.scoped(wrapper, (host) => this.pipeline(host, method, validator));
      return this.pipeline({ instance: wrapper.instance as Instance }, method, validator);
    };
  }

  /** The guards of a channel class, for gate 2; null where it has none. They resolve or throw; filters have no say. */
  bindGuards(wrapper: InstanceWrapper): SubscribeGuardInvoker | null {
    const type = wrapper.metatype as Type;
    if (!Reflect.hasMetadata('__guards__', type)) return null;
    const probe = (): void => undefined;
    if (isScoped(wrapper)) {
      return this.scoped(wrapper, (host) => {
        const guards = this.bind(host, probe, 'constructor', { guards: true });
        return (request: RealtimeContext) => guards(...gateArguments(request));
      }) as unknown as SubscribeGuardInvoker;
    }
    const guards = this.bind({ instance: wrapper.instance as Instance }, probe, 'constructor', { guards: true });
    return async (request) => guards(...gateArguments(request));
  }

  /** A new instance per message, with the message as `REQUEST`. */
  private scoped(wrapper: InstanceWrapper, make: (host: Host) => MessageInvoker): MessageInvoker {
    return async (context) => {
      const contextId = ContextIdFactory.create();
      this.moduleRef.registerRequestByContextId(context, contextId);
      const token = wrapper.token as Type;
      const instance = await this.moduleRef.resolve<unknown, Instance>(token, contextId, { strict: false });
      return make({ instance, contextId, inquirerId: wrapper.id })(context);
    };
  }

  /** Only what stands on the handler is in its way: without enhancers it costs its schema and a function call. */
  private pipeline(host: Host, method: string, validator: PayloadValidator): MessageInvoker {
    const type = host.instance.constructor as Type;
    const callback = host.instance[method];
    const handle = isPlain(type, method, callback)
      ? direct(host.instance, method, validator)
      : this.enhanced(host, method, callback, validator);
    if (!hasMetadata('__guards__', type, callback)) return handle;
    // Nest 11 keeps what it knows of parameters by method name alone, so the guards' binding, which has none, needs a name of its own.
    const guards = this.bind(host, likeness(callback), `${method}:guards`, { guards: true });
    return async (context) => {
      try {
        await guards(...gateArguments(context));
      } catch (error) {
        throw refusalOfGuard(error, context.user) ?? error;
      }
      return handle(context);
    };
  }

  private enhanced(host: Host, method: string, callback: Callback, validator: PayloadValidator): MessageInvoker {
    // Nest logs whatever passes through its filters unhandled, so they are only asked where there are some.
    const filters = hasMetadata('__exceptionFilters__', host.instance.constructor as Type, callback);
    const handle = this.bind(host, callback, method, { interceptors: true, filters }, paramsFactory(validator));
    return (context) => handle(...gateArguments(context));
  }

  private bind(
    { instance, contextId, inquirerId }: Host,
    callback: (...args: unknown[]) => unknown,
    method: string,
    enhancers: { guards?: boolean; interceptors?: boolean; filters?: boolean },
    params?: ParamsFactory,
  ): Bound {
    const options = { guards: false, interceptors: false, filters: false, ...enhancers };
    const key = params === undefined ? undefined : PARAMS_KEY;
    return this.contexts.create(instance, callback, method, key, params, contextId, inquirerId, options, 'ws');
  }
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

function direct(instance: Instance, method: string, validator: PayloadValidator): MessageInvoker {
  const call = (payload: unknown, context: RealtimeContext): unknown => {
    const result = instance[method](payload, context);
    return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
  };
  return (context) => {
    const payload = validator.parse(context.payload);
    return payload instanceof Promise ? payload.then((value) => call(value, context)) : call(payload, context);
  };
}

function isScoped(wrapper: InstanceWrapper): boolean {
  return wrapper.isTransient || !wrapper.isDependencyTreeStatic();
}

function isPlain(type: Type, method: string, callback: Callback): boolean {
  return (
    !Reflect.hasMetadata(PARAMS_METADATA, type, method) && ENHANCERS.every((key) => !hasMetadata(key, type, callback))
  );
}

function hasMetadata(key: string, type: Type, callback: object): boolean {
  return Reflect.hasMetadata(key, type) || Reflect.hasMetadata(key, callback);
}

/** A function that does nothing and carries a method's metadata, so that its guards can run without it. */
function likeness(callback: (...args: unknown[]) => unknown): () => void {
  const probe = (): void => undefined;
  Object.defineProperty(probe, 'name', { value: callback.name });
  for (const key of Reflect.getMetadataKeys(callback) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, callback), probe);
  }
  return probe;
}
