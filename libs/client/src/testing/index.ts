export { createMockRealtime, type MockRealtime, type MockRealtimeOptions } from './create-mock-realtime.js';
export type { SentMessage } from './mock-server.js';
