import 'reflect-metadata';

export { type BrokerSink, IRealtimeBroker } from '../broker/realtime.broker.js';
export { InMemoryRealtimeBroker } from '../broker/in-memory.broker.js';
export { GuardedBroadcaster } from '../broadcast/guarded.broadcaster.js';
export { CallerContext } from '../connections/caller.context.js';
export type { ChannelMatch } from '../connections/channel-match.js';
export type { EncodedEvent } from '../connections/encoded-event.js';
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
