// What is the module made of? Its providers, except the parts that applications bring and the gateway.
import { type Provider } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { ExpiryWatch } from './revocation/expiry.watch.js';
import { LeaseSweep } from './revocation/lease.sweep.js';
import { Renewal } from './revocation/authority.renewal.js';
import { RevocationLedger } from './revocation/revocation.ledger.js';
import { GuardedBroadcaster } from './broadcast/guarded.broadcaster.js';
import { InMemoryRealtimeBroadcaster } from './broadcast/in-memory.broadcaster.js';
import { PublisherBroadcaster } from './broadcast/publisher.broadcaster.js';
import { IRealtimeBroadcaster } from './broadcast/realtime.broadcaster.js';
import { UnheardBroadcasts } from './broadcast/unheard.broadcasts.js';
import { CallerExplorer } from './gateway/caller.explorer.js';
import { ChannelExplorer } from './channels/channel.explorer.js';
import { PartsCheck, ROOT_PROVIDER } from './channels/parts.check.js';
import { PresenceExplorer } from './channels/presence.explorer.js';
import { UserListenerExplorer } from './presence/user-listener.explorer.js';
import { SnapshotExplorer } from './channels/snapshot.explorer.js';
import { HookExplorer } from './channels/hook.explorer.js';
import { HandlerInvoker } from './channels/handler.invoker.js';
import { HandlerRegistry } from './channels/handler.registry.js';
import { IRealtimeHandlerRegistry } from './channels/realtime-handler.registry.js';
import { CallerContext } from './connections/caller.context.js';
import { IRealtimeHistory } from './connections/realtime.history.js';
import { IRealtimePresence } from './connections/realtime.presence.js';
import { IRealtimeConnections } from './connections/realtime.connections.js';
import { ConnectionDirectory } from './connections/connection.directory.js';
import { Membership } from './connections/channel.membership.js';
import { BootLines } from './inspection/boot.lines.js';
import { QueryUse } from './inspection/query.use.js';
import { RealtimeCounters } from './connections/realtime.counters.js';
import { IRealtimeServer } from './connections/realtime.server.js';
import { LostCookies } from './doctor/lost.cookies.js';
import { RealtimeDoctor } from './doctor/realtime.doctor.js';
import { AutoSubscriptions } from './gateway/auto.subscriptions.js';
import { ChannelRoster } from './gateway/channel.roster.js';
import { RequestCallerInterceptor } from './gateway/request-caller.interceptor.js';
import { ServerSubscriptions } from './gateway/server.subscriptions.js';
import { ChannelEntrances } from './gateway/channel.entrances.js';
import { Admissions } from './gateway/channel.admissions.js';
import { AuthenticationRequests } from './gateway/authentication.requests.js';
import { Authentications } from './gateway/handshake.authentications.js';
import { UserConnections } from './gateway/user.connections.js';
import { BroadcasterVoice } from './gateway/broadcaster.voice.js';
import { ConnectionActs } from './gateway/connection.acts.js';
import { ConnectionControl } from './gateway/connection.control.js';
import { ConnectionLife } from './gateway/connection.life.js';
import { ChannelSnapshots } from './gateway/channel.snapshots.js';
import { ChannelEvictions } from './gateway/channel.evictions.js';
import { ChannelHistory } from './gateway/channel.history.js';
import { LogReplays } from './gateway/log.replays.js';
import { HistoryRequests } from './gateway/history.requests.js';
import { NodeSink } from './gateway/node.sink.js';
import { Holdings } from './gateway/connection.holdings.js';
import { BuiltInMessages } from './gateway/built-in.messages.js';
import { MessageHandling } from './gateway/message.handling.js';
import { MessageOutcome } from './gateway/message.outcome.js';
import { MessageRequests } from './gateway/message.requests.js';
import { MessageStanding } from './gateway/message.standing.js';
import { PlainMessages } from './gateway/plain.messages.js';
import { PresenceCounts } from './presence/presence.counts.js';
import { MemberEdgeCalls } from './presence/member-edge.calls.js';
import { StorePresence } from './presence/store.presence.js';
import { OnlineHints } from './presence/online.hints.js';
import { WatchLists } from './presence/watch.lists.js';
import { WatchRequests } from './gateway/watch.requests.js';
import { OnlineUsers } from './presence/online.users.js';
import { PresenceChannels } from './presence/presence.channels.js';
import { PresenceEntrances } from './presence/presence.entrance.js';
import { PresenceRequests } from './gateway/presence.requests.js';
import { RequestDispatcher } from './gateway/request.dispatcher.js';
import { SubscriptionRequests } from './gateway/subscription.requests.js';
import { BrokerCounts } from './broker/broker.counts.js';
import { ChannelLogs } from './broker/channel.logs.js';
import { RoomRecordings } from './broker/room.recordings.js';
import { PlainInterest } from './broker/plain.interest.js';
import { EventPublisher } from './broker/event.publisher.js';
import { PublisherLink } from './broker/publisher.link.js';
import { IRealtimeBroker } from './broker/realtime.broker.js';
import { RealtimeNodes } from './broker/realtime.nodes.js';
import { UnknownNames } from './channels/unknown.names.js';
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
import { OUTBOX_PROVIDERS } from './outbox/outbox-providers.js';
import { RealtimeOutbox } from './outbox/realtime.outbox.js';
import { PayloadSchemaCompiler } from './payloads/payload-schema.compiler.js';
import { RealtimeHooks } from './realtime.hooks.js';
import { RealtimeOptions } from './realtime.options.js';
import { announcePorts } from './shared-ports.js';
import { SocketIORealtimeBroadcaster } from './socket-io/socket-io.broadcaster.js';

/** All providers except the parts and the gateway. */
export const PROVIDERS: Provider[] = [
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
  UnknownNames,
  SnapshotExplorer,
  PresenceExplorer,
  UserListenerExplorer,
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
  ConnectionActs,
  { provide: IRealtimeConnections, useClass: ConnectionControl },
  BrokerCounts,
  RealtimeNodes,
  EventPublisher,
  PublisherLink,
  ChannelLogs,
  PlainInterest,
  RoomRecordings,
  ChannelSnapshots,
  ChannelEvictions,
  LogReplays,
  PresenceCounts,
  MemberEdgeCalls,
  PresenceChannels,
  PresenceEntrances,
  OnlineUsers,
  OnlineHints,
  WatchLists,
  WatchRequests,
  { provide: IRealtimePresence, useClass: StorePresence },
  NodeSink,
  ChannelEntrances,
  Admissions,
  ChannelRoster,
  ServerSubscriptions,
  AutoSubscriptions,
  { provide: APP_INTERCEPTOR, useClass: RequestCallerInterceptor },
  Authentications,
  UserConnections,
  AuthenticationRequests,
  ConnectionLife,
  SubscriptionRequests,
  PresenceRequests,
  ChannelHistory,
  { provide: IRealtimeHistory, useExisting: ChannelHistory },
  HistoryRequests,
  MessageRequests,
  PlainMessages,
  BuiltInMessages,
  MessageHandling,
  MessageOutcome,
  BroadcasterVoice,
  MessageStanding,
  RequestDispatcher,
  Holdings,
  RealtimeHealthIndicator,
  BootLines,
  LostCookies,
  RealtimeDoctor,
  UnheardBroadcasts,
  SocketIORealtimeBroadcaster,
  PublisherBroadcaster,
  InMemoryRealtimeBroadcaster,
  {
    provide: GuardedBroadcaster,
    useFactory: (
      { mode }: RealtimeOptions,
      server: SocketIORealtimeBroadcaster,
      publisher: PublisherBroadcaster,
      inMemory: InMemoryRealtimeBroadcaster,
    ) => ({ server, publisher, 'in-memory': inMemory })[mode],
    inject: [RealtimeOptions, SocketIORealtimeBroadcaster, PublisherBroadcaster, InMemoryRealtimeBroadcaster],
  },
  { provide: IRealtimeBroadcaster, useExisting: GuardedBroadcaster },
  ...OUTBOX_PROVIDERS,
];

/** What applications and other packages may inject. */
export const EXPORTS = [
  RealtimeOptions,
  IRealtimeBroadcaster,
  InMemoryRealtimeBroadcaster,
  IRealtimeServer,
  IRealtimeBroker,
  BrokerCounts,
  RealtimeNodes,
  IRealtimeHandlerRegistry,
  RealtimeHooks,
  IRealtimeConnections,
  IRealtimeHistory,
  IRealtimePresence,
  PresenceCounts,
  IRealtimeTracer,
  RealtimeHealthIndicator,
  RealtimeOutbox,
];

/** What is found in an application by its class, from any copy of this package. */
export const SHARED = [...EXPORTS, HandlerRegistry, RealtimeDoctor];

announcePorts(SHARED);
