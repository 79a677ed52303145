// Where do the parts meet? The module an application imports.
import {
  type CanActivate,
  type DynamicModule,
  Module,
  type ModuleMetadata,
  type Provider,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule, ModuleRef } from '@nestjs/core';
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { ExpiryWatch } from './authority/expiry.watch.js';
import { LeaseSweep } from './authority/lease.sweep.js';
import { IRealtimeRevocation, Revocation } from './authority/realtime.revocation.js';
import { Renewal } from './authority/renewal.js';
import { RevocationLedger } from './authority/revocation.ledger.js';
import { AnonymousAuthenticator, IRealtimeAuthenticator } from './authorization/realtime.authenticator.js';
import { InMemoryRealtimeBroadcaster } from './broadcast/in-memory.broadcaster.js';
import { IRealtimeBroadcaster } from './broadcast/realtime.broadcaster.js';
import { ChannelExplorer } from './channels/channel.explorer.js';
import { FeatureChannels } from './channels/feature-channels.js';
import { HandlerInvoker } from './channels/handler.invoker.js';
import { HandlerRegistry, IRealtimeHandlerRegistry } from './channels/handler.registry.js';
import { ConnectionDirectory } from './connections/connection.directory.js';
import { RealtimeCounters } from './connections/realtime.counters.js';
import { IRealtimeServer } from './connections/realtime.server.js';
import { RealtimeDoctor } from './doctor/realtime.doctor.js';
import { Admissions } from './gateway/admissions.js';
import { AuthenticationRequests } from './gateway/authentication.requests.js';
import { ConnectionLife } from './gateway/connection.life.js';
import { Holdings } from './gateway/holdings.js';
import { MessageRequests } from './gateway/message.requests.js';
import { MessageStanding } from './gateway/message.standing.js';
import { createRealtimeGateway } from './gateway/realtime.gateway.js';
import { RequestDispatcher } from './gateway/request.dispatcher.js';
import { SubscriptionRequests } from './gateway/subscription.requests.js';
import { BroadcastGuard } from './guards/broadcast.guard.js';
import { CONNECT_GUARDS, ConnectGuard } from './guards/connect.guard.js';
import { Gates } from './guards/inbound.gates.js';
import { MessageGuard } from './guards/message.guard.js';
import { RefusalLog } from './guards/refusal.log.js';
import { SubscribeGuard } from './guards/subscribe.guard.js';
import { RealtimeHealthIndicator } from './inspection/realtime.health-indicator.js';
import { IRealtimeTracer, NoopTracer } from './instrumentation/realtime.tracer.js';
import { ClassSchemaCompiler } from './payloads/class-schema.js';
import { PayloadSchemaCompiler } from './payloads/payload-schema.compiler.js';
import { RealtimeHooks } from './realtime.hooks.js';
import { RealtimeOptions, type RealtimeSettings, resolveOptions } from './realtime.options.js';
import { SocketIORealtimeBroadcaster } from './socket-io/socket-io.broadcaster.js';
import { SocketIORealtimeServer } from './socket-io/socket-io.server.js';

/** The parts an application brings; known when the module is declared, also with `forRootAsync`. */
export interface RealtimeModuleParts {
  /** Modules whose exports the parts below inject. */
  readonly imports?: ModuleMetadata['imports'];
  /** Says who is behind a connection. Without one everybody is anonymous. */
  readonly authenticator?: Type<IRealtimeAuthenticator>;
  /** Guards of the application's own, after gate 1 has authenticated. */
  readonly guards?: { readonly connect?: readonly Type<CanActivate>[] };
  /** Where spans go. Default: nowhere. */
  readonly tracer?: Type<IRealtimeTracer>;
  /** Whether every module can inject `IRealtimeBroadcaster` without importing this one. Default true. */
  readonly global?: boolean;
}

/** What `forRoot` takes: parts, and settings by value. */
export type RealtimeModuleOptions = RealtimeModuleParts & RealtimeSettings;

/** A class that makes settings, for `forRootAsync`. */
export interface RealtimeOptionsFactory {
  createRealtimeOptions(): RealtimeSettings | Promise<RealtimeSettings>;
}

/** What `forRootAsync` takes: parts, and one way to make settings. */
export type RealtimeModuleAsyncOptions = RealtimeModuleParts &
  (
    | {
        readonly useFactory: (...dependencies: never[]) => RealtimeSettings | Promise<RealtimeSettings>;
        readonly inject?: readonly unknown[];
      }
    | { readonly useClass: Type<RealtimeOptionsFactory> }
    | { readonly useExisting: Type<RealtimeOptionsFactory> }
  );

/** Channels registered without handlers. */
@Module({})
export class RealtimeFeatureModule {}

/**
 * Realtime for a Nest application, on its own HTTP server; nothing to write in `main.ts`.
 *
 * @example
 * imports: [RealtimeModule.forRoot({ imports: [AuthModule], authenticator: AppAuthenticator, origins: ['https://app.example'] })]
 */
@Module({})
export class RealtimeModule {
  /** @throws RealtimeFault that names every option at fault. */
  static forRoot(options: RealtimeModuleOptions = {}): DynamicModule {
    const { imports, authenticator, guards, tracer, global, ...settings } = options;
    const resolved = resolveOptions(settings);
    return assemble({ imports, authenticator, guards, tracer, global }, [
      { provide: RealtimeOptions, useValue: resolved },
    ]);
  }

  /** Settings from a factory, a class or an existing provider. Faults in them reject the boot. */
  static forRootAsync(options: RealtimeModuleAsyncOptions): DynamicModule {
    return assemble(options, asyncOptions(options));
  }

  /** Registers channels that no `@RealtimeChannel` class claims, because the server only sends on them. */
  static forFeature(descriptors: readonly RealtimeChannelDescriptor[]): DynamicModule {
    const channels = new FeatureChannels(descriptors);
    return {
      module: RealtimeFeatureModule,
      providers: [{ provide: Symbol('nestjs-realtime:feature'), useValue: channels }],
    };
  }
}

function assemble(parts: RealtimeModuleParts, options: Provider[]): DynamicModule {
  return {
    module: RealtimeModule,
    global: parts.global ?? true,
    imports: [DiscoveryModule, ...(parts.imports ?? [])],
    providers: [
      ...options,
      ...partProviders(parts),
      {
        provide: PayloadSchemaCompiler,
        useFactory: async () => new PayloadSchemaCompiler(await ClassSchemaCompiler.load()),
      },
      RealtimeCounters,
      RealtimeHooks,
      RefusalLog,
      HandlerRegistry,
      { provide: IRealtimeHandlerRegistry, useExisting: HandlerRegistry },
      HandlerInvoker,
      ChannelExplorer,
      ConnectGuard,
      SubscribeGuard,
      MessageGuard,
      BroadcastGuard,
      Gates,
      ConnectionDirectory,
      RevocationLedger,
      ExpiryWatch,
      Renewal,
      LeaseSweep,
      { provide: IRealtimeRevocation, useClass: Revocation },
      Admissions,
      AuthenticationRequests,
      ConnectionLife,
      SubscriptionRequests,
      MessageRequests,
      MessageStanding,
      RequestDispatcher,
      Holdings,
      { provide: IRealtimeServer, useClass: SocketIORealtimeServer },
      RealtimeHealthIndicator,
      RealtimeDoctor,
      SocketIORealtimeBroadcaster,
      InMemoryRealtimeBroadcaster,
      {
        provide: IRealtimeBroadcaster,
        useFactory: (
          settings: RealtimeOptions,
          socketIO: SocketIORealtimeBroadcaster,
          inMemory: InMemoryRealtimeBroadcaster,
        ) => (settings.transport === 'in-memory' ? inMemory : socketIO),
        inject: [RealtimeOptions, SocketIORealtimeBroadcaster, InMemoryRealtimeBroadcaster],
      },
      createRealtimeGateway(),
    ],
    exports: [
      RealtimeOptions,
      IRealtimeBroadcaster,
      InMemoryRealtimeBroadcaster,
      IRealtimeServer,
      IRealtimeHandlerRegistry,
      RealtimeHooks,
      IRealtimeRevocation,
      IRealtimeTracer,
      RealtimeHealthIndicator,
    ],
  };
}

function partProviders({ authenticator, guards, tracer }: RealtimeModuleParts): Provider[] {
  return [
    { provide: IRealtimeAuthenticator, useClass: authenticator ?? AnonymousAuthenticator },
    { provide: IRealtimeTracer, useClass: tracer ?? NoopTracer },
    {
      provide: CONNECT_GUARDS,
      useFactory: (moduleRef: ModuleRef) =>
        Promise.all((guards?.connect ?? []).map((guard) => moduleRef.create(guard))),
      inject: [ModuleRef],
    },
  ];
}

function asyncOptions(options: RealtimeModuleAsyncOptions): Provider[] {
  if ('useFactory' in options) {
    const { useFactory, inject = [] } = options;
    return [
      {
        provide: RealtimeOptions,
        useFactory: async (...dependencies: never[]) => resolveOptions(await useFactory(...dependencies)),
        inject: inject as never[],
      },
    ];
  }
  const factory = 'useClass' in options ? options.useClass : options.useExisting;
  return [
    ...('useClass' in options ? [factory] : []),
    {
      provide: RealtimeOptions,
      useFactory: async (source: RealtimeOptionsFactory) => resolveOptions(await source.createRealtimeOptions()),
      inject: [factory],
    },
  ];
}
