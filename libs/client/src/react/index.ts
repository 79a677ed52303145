export type { RealtimeState } from './loaded-state.js';
export { RealtimeProvider, type RealtimeProviderProps, useRealtimeClient } from './realtime-provider.js';
export { type ChannelView, useChannel } from './use-channel.js';
export { useConnectionStatus } from './use-connection-status.js';
export { useEvent, useGap } from './use-event.js';
export { usePresence } from './use-presence.js';
export { type RealtimeStateOptions, type SnapshotOutput, useRealtimeState } from './use-realtime-state.js';
