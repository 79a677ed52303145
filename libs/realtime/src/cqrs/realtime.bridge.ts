// Which event handler is the bridge in an application? One for all events, with the entries of all modules.
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import type { EventBus, IEventHandler } from '@nestjs/cqrs';
import { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import { IRealtimeHandlerRegistry } from '../channels/realtime-handler.registry.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { Bridge, type BridgeSettings } from './bridge.js';
import type { BridgeEntry } from './bridge-entry.js';
import type { BridgeRouteStats } from './bridge-stats.js';
import { eventBuses, unhandledExceptionBuses } from './event-buses.js';
import { entriesFault, FeatureEntries } from './feature-entries.js';

/** What `RealtimeCqrsModule.forRoot()` takes. */
export interface RealtimeCqrsOptions extends BridgeSettings {
  /** Entries beside those of `forFeature()`. Default: none. */
  readonly allowlist?: readonly BridgeEntry[];
}

/** DI token of the options. */
export const REALTIME_CQRS_OPTIONS = Symbol('nestjs-realtime:cqrs-options');

/** DI token by which any copy of this package finds the bridge. */
export const BRIDGE = Symbol.for('nestjs-realtime:bridge');

/** An `EventBus` binds a handler to the events of one id; to all of them where there is none. */
const ALL_EVENTS = '';

/**
 * The application's bridge: an event handler of @nestjs/cqrs, bound to its buses when the application bootstraps, and for as long as
 * all handlers are.
 */
@Injectable()
export class RealtimeBridge implements IEventHandler<object>, OnApplicationBootstrap {
  private bridge: Bridge | null = null;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly moduleRef: ModuleRef,
    @Inject(REALTIME_CQRS_OPTIONS) private readonly options: RealtimeCqrsOptions,
  ) {}

  /** Counts since the application has started, a line for each channel of each entry. */
  stats(): readonly BridgeRouteStats[] {
    return this.bridge?.stats() ?? [];
  }

  /** @throws RealtimeFault that names everything that is wrong with the entries and how to fix it. */
  onApplicationBootstrap(): void {
    const wrappers = this.discovery.getProviders();
    const providers: unknown[] = wrappers.map(({ instance }) => instance as unknown);
    if (wrappers.filter(({ token }) => token === BRIDGE).length > 1) {
      throw new RealtimeFault(
        'RealtimeCqrsModule.forRoot() is imported twice, so that each event would be forwarded twice; import it once, and use forFeature() elsewhere.',
      );
    }
    const features = providers.filter((provider) => provider instanceof FeatureEntries);
    const { allowlist = [], ...settings } = this.options;
    const otherCopies = features.flatMap((feature) => entriesFault(feature) ?? []);
    if (otherCopies.length > 0) {
      throw RealtimeFault.of('RealtimeCqrsModule.forFeature() is called in two versions:', otherCopies);
    }
    const entries = [...allowlist, ...features.flatMap((feature) => feature.entries)];
    const exceptions = unhandledExceptionBuses(this.discovery);
    this.bridge = new Bridge(this.get(IRealtimeBroadcaster), entries, {
      ...settings,
      registry: this.get(IRealtimeHandlerRegistry),
      hooks: this.get(RealtimeHooks),
      tracer: this.get(IRealtimeTracer),
      unhandledExceptions: { publish: (info) => Promise.all(exceptions.map((bus) => bus.publish(info) as unknown)) },
    });
    const own = wrappers.find(({ instance }) => instance === this) as Parameters<EventBus['bind']>[0];
    for (const bus of eventBuses(this.discovery)) bus.bind(own, ALL_EVENTS);
  }

  /** Takes an event off the bus. Never throws. */
  handle(event: object): void {
    this.bridge?.handle(event);
  }

  /** RealtimeModule need not be global. */
  private get<Part>(type: abstract new (...args: never[]) => Part): Part {
    return this.moduleRef.get(type, { strict: false });
  }
}
