export type { RecordedBroadcast } from '../broadcast/recorded-broadcast.js';
export type { BroadcastTarget } from './broadcast-query.js';
export { RecordingRealtimeBroadcaster } from './recording.broadcaster.js';
