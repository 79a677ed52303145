// Where do the parts meet? In the module that an application imports.
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { AnyChannel, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { FeatureChannels } from './channels/feature-channels.js';
import { CheckedParts } from './channels/parts.check.js';
import { createRealtimeGateway } from './gateway/realtime.gateway.js';
import { asyncOptions, type RealtimeModuleAsyncOptions } from './realtime.async-options.js';
import { RealtimeOptions, type RealtimeSettings } from './realtime.options.js';
import { resolveOptions } from './realtime.settings.js';
import { partChecks, partProviders, type RealtimeModuleParts } from './realtime.parts.js';
import { portsOfOtherCopies } from './shared-ports.js';
import { EXPORTS, PROVIDERS, SHARED } from './realtime-providers.js';

/** What `forRoot` takes: parts and settings. */
export type RealtimeModuleOptions = RealtimeModuleParts & RealtimeSettings;

/** Channels registered without handlers. */
@Module({})
export class RealtimeFeatureModule {}

/**
 * Realtime for a Nest application, on the application's HTTP server. `main.ts` needs no changes.
 *
 * @example
 * imports: [RealtimeModule.forRoot({ imports: [AuthModule], authenticator: AppAuthenticator, origins: ['https://app.example'] })]
 */
@Module({})
export class RealtimeModule {
  /** @throws RealtimeFault that names every invalid option. */
  static forRoot(options: RealtimeModuleOptions = {}): DynamicModule {
    const { imports, authenticator, guards, broker, server, tracer, outbox, global, ...settings } = options;
    const parts = { imports, authenticator, guards, broker, server, tracer, outbox, global };
    return assemble(parts, [{ provide: RealtimeOptions, useValue: resolveOptions(settings) }]);
  }

  /** Settings from a factory, a class or an existing provider. Invalid settings reject the boot. */
  static forRootAsync(options: RealtimeModuleAsyncOptions): DynamicModule {
    return assemble(options, asyncOptions(options));
  }

  /** Registers channels without a `@RealtimeChannel` class: those on which the server only sends. */
  static forFeature(descriptors: readonly AnyChannel[]): DynamicModule {
    const channels = new FeatureChannels(descriptors as readonly RealtimeChannelDescriptor[]);
    return {
      module: RealtimeFeatureModule,
      providers: [{ provide: Symbol('nestjs-realtime:feature'), useValue: channels }],
    };
  }
}

function assemble(parts: RealtimeModuleParts, options: Provider[]): DynamicModule {
  const given = [...options, ...partProviders(parts)];
  const others = portsOfOtherCopies(SHARED);
  const tokens = given.map((part) => ('provide' in part ? part.provide : part));
  return {
    module: RealtimeModule,
    global: parts.global ?? true,
    imports: [DiscoveryModule, ...(parts.imports ?? [])],
    providers: [
      ...given,
      { provide: CheckedParts, useValue: { tokens, foreign: others.foreign } satisfies CheckedParts },
      ...others.providers,
      ...partChecks(),
      ...PROVIDERS,
      // Each `forRoot` creates a gateway class, because the gateway's options are metadata of its class.
      createRealtimeGateway(),
    ],
    exports: [...EXPORTS, ...others.tokens],
  };
}
