import 'reflect-metadata';

export { bindRealtimeBridge, type BoundBridge } from './bind-realtime-bridge.js';
export type { AfterCommit, BridgeOptions, BridgeSettings } from './bridge.js';
export type { BridgedBroadcast, BridgeEntry, BridgeMapper, BridgeResult, BridgeRoute } from './bridge-entry.js';
export type { BridgeRouteStats } from './bridge-stats.js';
export { forward, type ForwardedEvent } from './forward.js';
export { REALTIME_EVENT } from './realtime-event.js';
export { RealtimeBridge, type RealtimeCqrsOptions } from './realtime.bridge.js';
export { RealtimeCqrsModule } from './realtime-cqrs.module.js';
export { type EventType, ReauthorizeOn, type Subject, type Subjects } from './reauthorize-on.decorator.js';
