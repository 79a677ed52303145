export type { ChannelHandle, HandleBase, HistoryMethods, HistoryQuery, SendOptions } from './channel-handle.js';
export type {
  ChannelArguments,
  ChannelOptions,
  ChannelsIn,
  HandleArguments,
  Meant,
  Register,
  UntypedChannel,
} from './channels.js';
export type { ChannelPresence } from './channel-presence.js';
export type { RealtimeClientOptions } from './client-options.js';
export type { ConnectionStatus } from './connection-status.js';
export type { AuthReason, AuthRequest } from './credentials.js';
export type { EventsOptions } from './event-stream.js';
export type { Off } from './listeners.js';
export type { OnlineWatch } from './online-watch.js';
export type { WaitOptions } from './pending.js';
export { createRealtimeClient, type RealtimeClient } from './realtime-client.js';
export { type ClientCode, type ConnectCode, RealtimeError, type RealtimeErrorCode } from './realtime-error.js';
export type { SendError, SendResult } from './send-result.js';
export type { SubscriptionStatus } from './subscription-status.js';
