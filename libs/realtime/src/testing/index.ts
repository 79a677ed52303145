export { type RecordedBroadcast, RecordingRealtimeBroadcaster } from './recording.broadcaster.js';
