// Where do domain events and realtime meet? The module an application imports beside RealtimeModule and CqrsModule.
import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, ModuleRef } from '@nestjs/core';
import { REAUTHORIZATION } from '../channels/reauthorization-metadata.js';
import { RealtimeFault } from '../realtime.exception.js';
import type { BridgeEntry } from './bridge-entry.js';
import { FeatureEntries } from './feature-entries.js';
import { BRIDGE, REALTIME_CQRS_OPTIONS, RealtimeBridge, type RealtimeCqrsOptions } from './realtime.bridge.js';
import { ReauthorizationSubscriber } from './reauthorization.subscriber.js';

/** Entries of one feature. */
@Module({})
export class RealtimeCqrsFeatureModule implements OnModuleInit {
  constructor(private readonly moduleRef: ModuleRef) {}

  /** @throws RealtimeFault where no bridge would forward the entries. */
  onModuleInit(): void {
    try {
      this.moduleRef.get(BRIDGE, { strict: false });
    } catch (cause) {
      const fault = new RealtimeFault(
        'RealtimeCqrsModule.forFeature() has entries, but no bridge forwards them; add RealtimeCqrsModule.forRoot() to the imports of the root module.',
      );
      throw Object.assign(fault, { cause });
    }
  }
}

/**
 * Serves `@ReauthorizeOn`, and forwards domain events to channels as far as an entry of the allowlist says so.
 *
 * @example
 * imports: [CqrsModule.forRoot(), RealtimeModule.forRoot({ authenticator: AppAuthenticator }), RealtimeCqrsModule.forRoot()]
 */
@Module({})
export class RealtimeCqrsModule {
  /** Once, in the root module. The allowlist is empty by default: no event leaves the server. */
  static forRoot(options: RealtimeCqrsOptions = {}): DynamicModule {
    return {
      module: RealtimeCqrsModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        { provide: REALTIME_CQRS_OPTIONS, useValue: options },
        RealtimeBridge,
        { provide: BRIDGE, useExisting: RealtimeBridge },
        ReauthorizationSubscriber,
        { provide: REAUTHORIZATION, useExisting: ReauthorizationSubscriber },
      ],
      exports: [RealtimeBridge],
    };
  }

  /** Entries that a feature adds to the allowlist, so that they stand beside its channel and its events. */
  static forFeature(entries: readonly BridgeEntry[]): DynamicModule {
    return {
      module: RealtimeCqrsFeatureModule,
      providers: [{ provide: Symbol('nestjs-realtime:bridge'), useValue: new FeatureEntries(entries) }],
    };
  }
}
