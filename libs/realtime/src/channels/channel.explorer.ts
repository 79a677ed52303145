// What has the application declared? Finds channels and handlers at boot and tells every fault in one message.
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { RealtimeFault } from '../realtime.exception.js';
import {
  controllerFault,
  handlerWithoutChannelFault,
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
import { handledEvent } from './realtime-handler.decorator.js';
import { asksForReauthorization, REAUTHORIZATION } from './reauthorization-metadata.js';

/** Runs once, before the application listens. A fault rejects the boot. */
@Injectable()
export class ChannelExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly invoker: HandlerInvoker,
    private readonly registry: HandlerRegistry,
  ) {}

  /** @throws RealtimeFault that names every fault found. */
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
    faults.push(...this.misplaced(provided), ...this.unheard(provided));
    if (faults.length > 0) throw RealtimeFault.of('Realtime channels are at fault:', faults);
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
    // A channel that cannot be registered is one fault, not one more for each of its handlers.
    const guard = (): void =>
      this.registry.guard(descriptor, placeOf(wrapper), this.invoker.bindGuards(wrapper), guardNames(type));
    if (!attempt(guard)) return;
    for (const [method, event] of methods) {
      attempt(() => {
        const binder = this.invoker.bindHandler(wrapper, method);
        this.registry.bind(descriptor, event, placeOf(wrapper, method), binder, guardNames(type, method));
      });
    }
  }

  private handlersOf(type: object): [method: string, event: string][] {
    const prototype = (type as { prototype?: Record<string, object> }).prototype;
    if (!prototype) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((method): [string, string][] => {
      const event = handledEvent(prototype[method]);
      return event === undefined ? [] : [[method, event]];
    });
  }

  /** Classes whose wish for re-authorization nobody serves. */
  private unheard(provided: ReadonlySet<object>): string[] {
    const asking = ([...provided] as { name: string }[]).filter(asksForReauthorization);
    const served = this.discovery.getProviders().some(({ token }) => token === REAUTHORIZATION);
    return asking.flatMap((type) => [
      ...(channelOf(type) ? [] : [reauthorizationWithoutChannelFault(type.name)]),
      ...(served ? [] : [reauthorizationWithoutCqrsFault(type.name)]),
    ]);
  }

  /**
   * Classes that claim a channel but are no providers. A process may hold several applications, as test files do, so a class is at
   * fault only in an application that has its channel, or that has it as a controller.
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

/** Whether something else stands in for a channel class, as `overrideProvider()` of a test does it. */
function isReplaced(token: unknown, instance: unknown): token is new (...args: never[]) => object {
  return typeof token === 'function' && channelOf(token) !== undefined && !(instance instanceof token);
}

function placeOf(wrapper: InstanceWrapper, method?: string): string {
  const host = wrapper.host?.name ? ` in ${wrapper.host.name}` : '';
  return `${wrapper.name}${method === undefined ? '' : `.${method}()`}${host}`;
}
