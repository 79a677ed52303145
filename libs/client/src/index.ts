export type { ChannelHandle } from './channel-handle.js';
export type { RealtimeClientOptions } from './client-options.js';
export type { ConnectionState, ConnectionStatus } from './connection-status.js';
export type { Off } from './listeners.js';
export type { WaitOptions } from './pending.js';
export { createRealtimeClient, type ParamsArgument, type RealtimeClient } from './realtime-client.js';
export { type ClientCode, RealtimeError, type RealtimeErrorCode } from './realtime-error.js';
export type { SubscriptionState, SubscriptionStatus } from './subscription.js';
