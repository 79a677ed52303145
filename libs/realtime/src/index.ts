import 'reflect-metadata';

export {
  type AnyChannel,
  type ChannelAddress,
  ChannelDefinitionError,
  type ChannelParams,
  ChannelParamsError,
  type ChannelScope,
  type ChannelTarget,
  ChannelTemplate,
  defineRealtimeChannel,
  decodeParam,
  type Duration,
  encodeParam,
  type ErrorCodeOf,
  type EventInput,
  type EventNameOf,
  type EventOutput,
  type HeardEventOf,
  type HistoryEvent,
  type HistoryPage,
  matchChannelTemplate,
  type MemberDataInput,
  type MemberOf,
  type MessageInput,
  type MessageNameOf,
  type MessageOutput,
  type ParamsOf,
  type Position,
  type RealtimeChannelDescriptor,
  type RefusalCode,
  type ReplyInput,
  type ReplyOutput,
  type SlowConsumerPolicy,
  type SnapshotOf,
  type Whisper,
} from '@nestjs-realtime/contract';
export { authorize } from './authorization/authorize.js';
export type { OriginFunction } from './authorization/origin-function.js';
export { AnonymousAuthenticator, IRealtimeAuthenticator } from './authorization/realtime.authenticator.js';
export type { RealtimeHandshake } from './authorization/realtime-handshake.js';
export type { RealtimeClaims, RealtimeUser } from './authorization/realtime-user.js';
export { SessionAuthenticator } from './authorization/session.authenticator.js';
export { sessionRef } from './authorization/session-ref.js';
export { type InMemoryListener, InMemoryRealtimeBroadcaster } from './broadcast/in-memory.broadcaster.js';
export { IRealtimeBroadcaster } from './broadcast/realtime.broadcaster.js';
export type { RecordedBroadcast } from './broadcast/recorded-broadcast.js';
export {
  IRealtimeHandlerRegistry,
  type RealtimeMessageHandler,
  type RegisteredHandler,
} from './channels/realtime-handler.registry.js';
export { RealtimeChannel } from './channels/realtime-channel.decorator.js';
export { OnRealtime } from './channels/on-realtime.decorator.js';
export { ChannelParam, MessageContext, RealtimeHandler } from './channels/realtime-handler.decorator.js';
export {
  MemberData,
  OnJoin,
  OnLeave,
  OnUserOffline,
  OnUserOnline,
  UsePresenceGuards,
  WatchableUsers,
} from './channels/presence-decorators.js';
export { Snapshot } from './channels/snapshot.decorator.js';
export type { BroadcastOptions, BroadcastShort, BroadcastTargets } from './connections/broadcast-types.js';
export type { Party, Who } from './connections/party.js';
export type { RealtimeConnection } from './connections/realtime.connection.js';
export { IRealtimeConnections } from './connections/realtime.connections.js';
export { type HistoryQuery, IRealtimeHistory } from './connections/realtime.history.js';
export { IRealtimePresence } from './connections/realtime.presence.js';
export type { RealtimeContext, RefusalDetails } from './connections/realtime-context.js';
export type { RealtimeGate } from './connections/realtime-request.js';
export type { RealtimeStats } from './connections/realtime.server.js';
export { type FindingSeverity, type RealtimeFinding, renderFindings } from './doctor/finding.js';
export { diagnose, type DiagnoseOptions } from './doctor/realtime.doctor.js';
export { OwnHostGuard } from './gateway/own-host.guard.js';
export { BroadcastFault } from './guards/broadcast.guard.js';
export { PureGuard } from './guards/pure-guard.decorator.js';
export { RealtimeExecutionContext } from './guards/realtime-execution-context.js';
export { type AccessExplanation, type AccessQuestion, explainAccess } from './inspection/access-explanation.js';
export { renderAuthorizationMatrix } from './inspection/authorization-matrix.js';
export { renderChannels } from './inspection/channel-list.js';
export {
  type ChannelList,
  listChannels,
  type ListedChannel,
  type ListedEntrance,
  type ListedMessage,
} from './inspection/channel-rights.js';
export type { AccessCheck } from './inspection/gate-replay.js';
export type { CheckVerdict } from './inspection/guard-trial.js';
export { type RealtimeHealth, RealtimeHealthIndicator } from './inspection/realtime.health-indicator.js';
export { renderExplanation } from './inspection/render-explanation.js';
export { quotedForLog } from './instrumentation/log-text.js';
export { IRealtimeOutboxStore, type OutboxEntry } from './outbox/outbox.store.js';
export { RealtimeOutbox } from './outbox/realtime.outbox.js';
export { RealtimeException, type RealtimeExceptionOptions, RealtimeFault } from './realtime.exception.js';
export { RealtimeHooks, type RealtimeHookEvents } from './realtime.hooks.js';
export type { RealtimeModuleAsyncOptions, RealtimeOptionsFactory } from './realtime.async-options.js';
export { RealtimeModule, type RealtimeModuleOptions } from './realtime.module.js';
export {
  type ConnectionsPerUser,
  type DoctorCode,
  RealtimeDoctorOptions,
  RealtimeLimits,
  RealtimeOptions,
  type RealtimeSettings,
} from './realtime.options.js';
export type { RealtimeModuleParts, RealtimePart } from './realtime.parts.js';
