// Who binds the bridge in an application? Collects the entries of all modules once these are initialised, and takes them off at the end.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import { merge } from 'rxjs';
import { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import { IRealtimeHandlerRegistry } from '../channels/handler.registry.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { bindRealtimeBridge, type BoundBridge, type BridgeSettings } from './bind-realtime-bridge.js';
import type { BridgeEntry } from './bridge-entry.js';
import type { BridgeRouteStats } from './bridge-stats.js';
import { eventBuses, unhandledExceptionBuses } from './event-buses.js';
import { FeatureEntries } from './feature-entries.js';

/** What `RealtimeCqrsModule.forRoot()` takes. */
export interface RealtimeCqrsOptions extends BridgeSettings {
  /** Entries beside those of `forFeature()`. Default: none. */
  readonly allowlist?: readonly BridgeEntry[];
}

/** DI token of the options. */
export const REALTIME_CQRS_OPTIONS = Symbol('nestjs-realtime:cqrs-options');

/** The application's bridge, at work from its bootstrap, as handlers of @nestjs/cqrs are, until its modules are destroyed. */
@Injectable()
export class RealtimeBridge implements OnApplicationBootstrap, OnModuleDestroy {
  private bound: BoundBridge | null = null;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly moduleRef: ModuleRef,
    @Inject(REALTIME_CQRS_OPTIONS) private readonly options: RealtimeCqrsOptions,
  ) {}

  /** Counts since the application has started, a line for each channel of each entry. */
  stats(): readonly BridgeRouteStats[] {
    return this.bound?.stats() ?? [];
  }

  /** @throws RealtimeFault that names everything that is wrong with the entries and how to mend it. */
  onApplicationBootstrap(): void {
    const providers: unknown[] = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    if (providers.some((other) => other instanceof RealtimeBridge && other !== this)) {
      throw new RealtimeFault(
        'RealtimeCqrsModule.forRoot() is imported twice, so that each event would be forwarded twice; import it once, and use forFeature() elsewhere.',
      );
    }
    const features = providers.filter((provider) => provider instanceof FeatureEntries);
    const { allowlist = [], ...settings } = this.options;
    const entries = [...allowlist, ...features.flatMap((feature) => feature.entries)];
    const exceptions = unhandledExceptionBuses(this.discovery);
    this.bound = bindRealtimeBridge(merge(...eventBuses(this.discovery)), this.get(IRealtimeBroadcaster), entries, {
      ...settings,
      registry: this.get(IRealtimeHandlerRegistry),
      hooks: this.get(RealtimeHooks),
      tracer: this.get(IRealtimeTracer),
      unhandledExceptions: { publish: (info) => Promise.all(exceptions.map((bus) => bus.publish(info) as unknown)) },
    });
  }

  onModuleDestroy(): void {
    this.bound?.();
  }

  /** RealtimeModule need not be global. */
  private get<Part>(type: abstract new (...args: never[]) => Part): Part {
    return this.moduleRef.get(type, { strict: false });
  }
}
