import 'reflect-metadata';

export {
  type BrokerHealth,
  type BrokerNode,
  type BrokerSink,
  type BrokerStats,
  type CommandOutcome,
  type ControlCommand,
  IRealtimeBroker,
  type LiveNode,
  LONGEST_REPORT,
  type LogTerms,
} from '../broker/realtime.broker.js';
export { RealtimeNodes } from '../broker/realtime.nodes.js';
export {
  type AppliedPresence,
  IRealtimePresenceStore,
  type OnlineChange,
  type PresenceChange,
  type PresenceDiff,
  type PresenceEdges,
  type PresenceEntry,
  type PresencePage,
  type PresenceSink,
  type StoredPresence,
  type ToldMember,
} from '../broker/presence.store.js';
export { type MemberTally, PresenceCounts, type StoreTally } from '../presence/presence.counts.js';
export type { LogEntry, LogFrame, LogPage } from '../broker/log-frame.js';
export { InMemoryRealtimeBroker } from '../broker/in-memory.broker.js';
export { CallerContext } from '../connections/caller.context.js';
export type { ChannelMatch } from '../connections/channel-match.js';
export type { EncodedEvent, LoggedEvent, ReplayedEvent } from '../connections/encoded-event.js';
export { LiveConnection } from '../connections/live.connection.js';
export type { MessageRequest } from '../connections/message-request.js';
export type { Party } from '../connections/party.js';
export type { Acknowledge, RealtimeEntrance } from '../connections/realtime-entrance.js';
export {
  BroadcastRequest,
  ConnectRequest,
  RealtimeRequest,
  SubscribeRequest,
} from '../connections/realtime-request.js';
export { IRealtimeServer, type RealtimeStats } from '../connections/realtime.server.js';
export type { Subscriptions } from '../connections/subscriptions.js';
export { BroadcastGuard } from '../guards/broadcast.guard.js';
export { ConnectGuard } from '../guards/connect.guard.js';
export { MessageGuard } from '../guards/message.guard.js';
export { SubscribeGuard } from '../guards/subscribe.guard.js';
export { IRealtimeTracer, NoopTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
export { type CaptureOptions, withCapture } from '../instrumentation/with-capture.js';
export { withSpan } from '../instrumentation/with-span.js';
export { SocketIORealtimeBroadcaster } from '../socket-io/socket-io.broadcaster.js';
export { SocketIORealtimeServer } from '../socket-io/socket-io.server.js';
