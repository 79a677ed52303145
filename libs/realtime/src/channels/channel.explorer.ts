// Which channels and handlers does the application declare? This finds them at boot and reports all faults in one message.
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { RealtimeFault } from '../realtime.exception.js';
import {
  controllerFault,
  handlerWithoutChannelFault,
  otherChannelFault,
  reauthorizationWithoutChannelFault,
  reauthorizationWithoutCqrsFault,
  unprovidedFault,
} from './channel.faults.js';
import { FeatureChannels } from './feature-channels.js';
import { guardNames } from './guard-names.js';
import { HandlerInvoker } from './handler.invoker.js';
import { HandlerRegistry } from './handler.registry.js';
import type { InstanceWrapper } from './nest-internals.js';
import { channelOf, decoratedClasses } from './realtime-channel.decorator.js';
import { type HandledMessage, handledMessage } from './realtime-handler.decorator.js';
import { asksForReauthorization, REAUTHORIZATION } from './reauthorization-metadata.js';

/** Runs once, before the application listens. A fault stops the boot. */
@Injectable()
export class ChannelExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly invoker: HandlerInvoker,
    private readonly registry: HandlerRegistry,
  ) {}

  /** @throws RealtimeFault that lists every fault found. */
  onModuleInit(): void {
    const faults: string[] = [];
    const attempt = (register: () => void): boolean => {
      try {
        register();
        return true;
      } catch (error) {
        if (!(error instanceof RealtimeFault)) throw error;
        faults.push(error.message);
        return false;
      }
    };
    const provided = new Set<object>();
    for (const wrapper of this.discovery.getProviders()) {
      const { instance, metatype, token } = wrapper as { instance: unknown; metatype: unknown; token: unknown };
      if (instance instanceof FeatureChannels) {
        for (const descriptor of instance.descriptors) {
          attempt(() => this.registry.registerChannel(descriptor, `forFeature() in ${wrapper.host?.name}`));
        }
      } else if (typeof metatype === 'function' && !wrapper.isAlias && !wrapper.isNotMetatype) {
        provided.add(metatype);
        this.explore(wrapper, metatype, attempt);
      } else if (isReplaced(token, instance)) {
        provided.add(token);
      }
    }
    faults.push(...this.misplaced(provided), ...this.unserved(provided));
    if (faults.length > 0) throw RealtimeFault.of('Realtime channels are invalid:', faults);
  }

  private explore(wrapper: InstanceWrapper, type: object, attempt: (register: () => void) => boolean): void {
    const methods = this.handlersOf(type);
    const descriptor = channelOf(type);
    if (descriptor === undefined) {
      if (methods.length > 0)
        attempt(() => {
          throw new RealtimeFault(handlerWithoutChannelFault(String(wrapper.name), methods[0][0]));
        });
      return;
    }
    // A channel that cannot be registered is one fault. Its handlers would only repeat it.
    const guard = (): void =>
      this.registry.guard(descriptor, placeOf(wrapper), this.invoker.bindGuards(wrapper), guardNames(type));
    if (!attempt(guard)) return;
    for (const [method, { message, descriptor: named }] of methods) {
      attempt(() => {
        if (named !== null && named !== descriptor) {
          throw new RealtimeFault(otherChannelFault(placeOf(wrapper, method), named.name, descriptor.name));
        }
        const binder = this.invoker.bindHandler(wrapper, method);
        this.registry.bind(descriptor, message, placeOf(wrapper, method), binder, guardNames(type, method));
      });
    }
  }

  private handlersOf(type: object): [method: string, handled: HandledMessage][] {
    const prototype = (type as { prototype?: Record<string, object> }).prototype;
    if (!prototype) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((method): [string, HandledMessage][] => {
      const handled = handledMessage(prototype[method]);
      return handled === undefined ? [] : [[method, handled]];
    });
  }

  /** Faults of classes whose `@ReauthorizeOn` has no effect. */
  private unserved(provided: ReadonlySet<object>): string[] {
    const asking = ([...provided] as { name: string }[]).filter(asksForReauthorization);
    const served = this.discovery.getProviders().some(({ token }) => token === REAUTHORIZATION);
    return asking.flatMap((type) => [
      ...(channelOf(type) ? [] : [reauthorizationWithoutChannelFault(type.name)]),
      ...(served ? [] : [reauthorizationWithoutCqrsFault(type.name)]),
    ]);
  }

  /**
   * Faults of classes that claim a channel but are not providers. A process may hold several applications, as test files do. A class is
   * therefore a fault only in an application that registers its channel, or that lists the class as a controller.
   */
  private misplaced(provided: ReadonlySet<object>): string[] {
    const controllers = this.discovery
      .getControllers()
      .flatMap(({ metatype }) => (metatype && channelOf(metatype) ? [metatype] : []));
    const forgotten = decoratedClasses().filter((type) => {
      const descriptor = channelOf(type);
      return descriptor && this.registry.get(descriptor) && !provided.has(type) && !controllers.includes(type as never);
    });
    return [
      ...controllers.map((type) => controllerFault((type as { name: string }).name)),
      ...forgotten.map((type) => unprovidedFault(type.name, channelOf(type)!.name)),
    ];
  }
}

/** Whether another value replaces a channel class, as with `overrideProvider()` in a test. */
function isReplaced(token: unknown, instance: unknown): token is new (...args: never[]) => object {
  return typeof token === 'function' && channelOf(token) !== undefined && !(instance instanceof token);
}

function placeOf(wrapper: InstanceWrapper, method?: string): string {
  const host = wrapper.host?.name ? ` in ${wrapper.host.name}` : '';
  return `${wrapper.name}${method === undefined ? '' : `.${method}()`}${host}`;
}
