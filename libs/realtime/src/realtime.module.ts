// Where do the parts meet? In the module that an application imports.
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import type { AnyChannel, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { ExpiryWatch } from './revocation/expiry.watch.js';
import { LeaseSweep } from './revocation/lease.sweep.js';
import { Renewal } from './revocation/authority.renewal.js';
import { RevocationLedger } from './revocation/revocation.ledger.js';
import { InMemoryRealtimeBroadcaster } from './broadcast/in-memory.broadcaster.js';
import { IRealtimeBroadcaster } from './broadcast/realtime.broadcaster.js';
import { UnheardBroadcasts } from './broadcast/unheard.broadcasts.js';
import { CallerExplorer } from './gateway/caller.explorer.js';
import { ChannelExplorer } from './channels/channel.explorer.js';
import { FeatureChannels } from './channels/feature-channels.js';
import { CheckedParts, PartsCheck, ROOT_PROVIDER } from './channels/parts.check.js';
import { HookExplorer } from './channels/hook.explorer.js';
import { HandlerInvoker } from './channels/handler.invoker.js';
import { HandlerRegistry } from './channels/handler.registry.js';
import { IRealtimeHandlerRegistry } from './channels/realtime-handler.registry.js';
import { CallerContext } from './connections/caller.context.js';
import { IRealtimeConnections } from './connections/realtime.connections.js';
import { ConnectionDirectory } from './connections/connection.directory.js';
import { Membership } from './connections/channel.membership.js';
import { QueryUse } from './inspection/query.use.js';
import { RealtimeCounters } from './connections/realtime.counters.js';
import { IRealtimeServer } from './connections/realtime.server.js';
import { RealtimeDoctor } from './doctor/realtime.doctor.js';
import { AutoSubscriptions } from './gateway/auto.subscriptions.js';
import { ChannelRoster } from './gateway/channel.roster.js';
import { RequestCallerInterceptor } from './gateway/request-caller.interceptor.js';
import { ServerSubscriptions } from './gateway/server.subscriptions.js';
import { Admissions } from './gateway/channel.admissions.js';
import { AuthenticationRequests } from './gateway/authentication.requests.js';
import { Authentications } from './gateway/handshake.authentications.js';
import { BroadcasterVoice } from './gateway/broadcaster.voice.js';
import { ConnectionControl } from './gateway/connection.control.js';
import { ConnectionLife } from './gateway/connection.life.js';
import { HistoryRequests } from './gateway/history.requests.js';
import { Holdings } from './gateway/connection.holdings.js';
import { WhisperForwarding } from './gateway/whisper.forwarding.js';
import { MessageHandling } from './gateway/message.handling.js';
import { MessageOutcome } from './gateway/message.outcome.js';
import { MessageRequests } from './gateway/message.requests.js';
import { MessageStanding } from './gateway/message.standing.js';
import { createRealtimeGateway } from './gateway/realtime.gateway.js';
import { PlainMessages } from './gateway/plain.messages.js';
import { PresenceRequests } from './gateway/presence.requests.js';
import { RequestDispatcher } from './gateway/request.dispatcher.js';
import { SubscriptionRequests } from './gateway/subscription.requests.js';
import { BroadcastGuard } from './guards/broadcast.guard.js';
import { ConnectGuard } from './guards/connect.guard.js';
import { Gates } from './guards/inbound.gates.js';
import { DeclaredLimits } from './guards/declared.limits.js';
import { MessageGuard } from './guards/message.guard.js';
import { RefusalLog } from './guards/refusal.log.js';
import { SubscribeGuard } from './guards/subscribe.guard.js';
import { RealtimeHealthIndicator } from './inspection/realtime.health-indicator.js';
import { IRealtimeTracer } from './instrumentation/realtime.tracer.js';
import { ClassSchemaCompiler } from './payloads/class-schema.js';
import { PayloadSchemaCompiler } from './payloads/payload-schema.compiler.js';
import { RealtimeHooks } from './realtime.hooks.js';
import { asyncOptions, type RealtimeModuleAsyncOptions } from './realtime.async-options.js';
import { RealtimeOptions, type RealtimeSettings } from './realtime.options.js';
import { resolveOptions } from './realtime.settings.js';
import { partChecks, partProviders, type RealtimeModuleParts } from './realtime.parts.js';
import { announcePorts, portsOfOtherCopies } from './shared-ports.js';
import { SocketIORealtimeBroadcaster } from './socket-io/socket-io.broadcaster.js';

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
    const { imports, authenticator, guards, broker, server, tracer, global, ...settings } = options;
    const parts = { imports, authenticator, guards, broker, server, tracer, global };
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

/** All providers except the parts and the gateway. */
const PROVIDERS: Provider[] = [
  ROOT_PROVIDER,
  PartsCheck,
  {
    provide: PayloadSchemaCompiler,
    useFactory: async () => new PayloadSchemaCompiler(await ClassSchemaCompiler.load()),
  },
  RealtimeCounters,
  QueryUse,
  RealtimeHooks,
  RefusalLog,
  HandlerRegistry,
  { provide: IRealtimeHandlerRegistry, useExisting: HandlerRegistry },
  HandlerInvoker,
  ChannelExplorer,
  HookExplorer,
  CallerExplorer,
  ConnectGuard,
  SubscribeGuard,
  DeclaredLimits,
  MessageGuard,
  BroadcastGuard,
  Gates,
  ConnectionDirectory,
  Membership,
  RevocationLedger,
  ExpiryWatch,
  Renewal,
  LeaseSweep,
  CallerContext,
  { provide: IRealtimeConnections, useClass: ConnectionControl },
  Admissions,
  ChannelRoster,
  ServerSubscriptions,
  AutoSubscriptions,
  { provide: APP_INTERCEPTOR, useClass: RequestCallerInterceptor },
  Authentications,
  AuthenticationRequests,
  ConnectionLife,
  SubscriptionRequests,
  PresenceRequests,
  HistoryRequests,
  MessageRequests,
  PlainMessages,
  WhisperForwarding,
  MessageHandling,
  MessageOutcome,
  BroadcasterVoice,
  MessageStanding,
  RequestDispatcher,
  Holdings,
  RealtimeHealthIndicator,
  RealtimeDoctor,
  UnheardBroadcasts,
  SocketIORealtimeBroadcaster,
  InMemoryRealtimeBroadcaster,
  {
    provide: IRealtimeBroadcaster,
    useFactory: (
      settings: RealtimeOptions,
      socketIO: SocketIORealtimeBroadcaster,
      inMemory: InMemoryRealtimeBroadcaster,
    ) => (settings.mode === 'in-memory' ? inMemory : socketIO),
    inject: [RealtimeOptions, SocketIORealtimeBroadcaster, InMemoryRealtimeBroadcaster],
  },
];

const EXPORTS = [
  RealtimeOptions,
  IRealtimeBroadcaster,
  InMemoryRealtimeBroadcaster,
  IRealtimeServer,
  IRealtimeHandlerRegistry,
  RealtimeHooks,
  IRealtimeConnections,
  IRealtimeTracer,
  RealtimeHealthIndicator,
];

/** What is found in an application by its class, from any copy of this package. */
const SHARED = [...EXPORTS, HandlerRegistry, RealtimeDoctor];

announcePorts(SHARED);
