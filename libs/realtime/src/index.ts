import 'reflect-metadata';

export {
  type ChannelAddress,
  ChannelDefinitionError,
  type ChannelParams,
  ChannelParamsError,
  type ChannelScope,
  type ChannelTarget,
  ChannelTemplate,
  defineRealtimeChannel,
  type EventInput,
  type EventNameOf,
  type EventOutput,
  matchChannelTemplate,
  type MessageInput,
  type MessageNameOf,
  type MessageOutput,
  type ParamsOf,
  type RealtimeChannelDescriptor,
  type RefusalCode,
  type SlowConsumerPolicy,
} from '@nestjs-realtime/contract';
export { IRealtimeRevocation, type RevokeRequest } from './revocation/realtime.revocation.js';
export { authorize } from './authorization/authorize.js';
export { AnonymousAuthenticator, IRealtimeAuthenticator } from './authorization/realtime.authenticator.js';
export type { RealtimeHandshake } from './authorization/realtime-handshake.js';
export type { RealtimeUser } from './authorization/realtime-user.js';
export { SessionAuthenticator } from './authorization/session.authenticator.js';
export { sessionRef } from './authorization/session-ref.js';
export { type InMemoryListener, InMemoryRealtimeBroadcaster } from './broadcast/in-memory.broadcaster.js';
export { IRealtimeBroadcaster } from './broadcast/realtime.broadcaster.js';
export { type BrokerSink, IRealtimeBroker } from './broker/realtime.broker.js';
export type { RecordedBroadcast } from './broadcast/recorded-broadcast.js';
export {
  IRealtimeHandlerRegistry,
  type RealtimeMessageHandler,
  type RegisteredHandler,
} from './channels/handler.registry.js';
export { RealtimeChannel } from './channels/realtime-channel.decorator.js';
export { MessageContext, RealtimeHandler } from './channels/realtime-handler.decorator.js';
export type { ChannelMatch } from './connections/channel-match.js';
export type { EncodedEvent } from './connections/encoded-event.js';
export { RealtimeConnection } from './connections/realtime.connection.js';
export { RealtimeContext } from './connections/realtime-context.js';
export type { RealtimeEntrance } from './connections/realtime-entrance.js';
export { type RealtimeGate, RealtimeRequest } from './connections/realtime-request.js';
export type { Subscriptions } from './connections/subscriptions.js';
export { IRealtimeServer, type RealtimeStats } from './connections/realtime.server.js';
export { type FindingSeverity, type RealtimeFinding, renderFindings } from './doctor/finding.js';
export { diagnose, type DiagnoseOptions } from './doctor/realtime.doctor.js';
export { OwnHostGuard } from './gateway/own-host.guard.js';
export { BroadcastFault, BroadcastGuard } from './guards/broadcast.guard.js';
export { ConnectGuard } from './guards/connect.guard.js';
export { MessageGuard } from './guards/message.guard.js';
export { RealtimeExecutionContext } from './guards/realtime-execution-context.js';
export { SubscribeGuard } from './guards/subscribe.guard.js';
export { renderAuthorizationMatrix } from './inspection/authorization-matrix.js';
export { type RealtimeHealth, RealtimeHealthIndicator } from './inspection/realtime.health-indicator.js';
export { quotedForLog } from './instrumentation/log-text.js';
export { IRealtimeTracer, NoopTracer, type SpanOptions } from './instrumentation/realtime.tracer.js';
export { type CaptureOptions, withCapture } from './instrumentation/with-capture.js';
export { withSpan } from './instrumentation/with-span.js';
export { RealtimeException, type RealtimeExceptionOptions, RealtimeFault } from './realtime.exception.js';
export { RealtimeHooks, type RealtimeHookEvents } from './realtime.hooks.js';
export type { RealtimeModuleAsyncOptions, RealtimeOptionsFactory } from './realtime.async-options.js';
export { RealtimeModule, type RealtimeModuleOptions } from './realtime.module.js';
export {
  type DoctorCode,
  RealtimeDoctorOptions,
  RealtimeLimits,
  RealtimeOptions,
  type RealtimeSettings,
} from './realtime.options.js';
export type { RealtimeModuleParts, RealtimePart } from './realtime.parts.js';
export { SocketIORealtimeBroadcaster } from './socket-io/socket-io.broadcaster.js';
export { SocketIORealtimeServer } from './socket-io/socket-io.server.js';
