// Which events on the bus are about realtime itself? None of them may go back into a channel.
import { RealtimeRequest } from '../connections/realtime-request.js';
import { ConnectionView } from '../connections/connection-view.js';
import { LiveConnection } from '../connections/live.connection.js';
import { RealtimeException, RealtimeFault } from '../realtime.exception.js';
import type { EventType } from './reauthorize-on.decorator.js';

/**
 * Marks a class of events about realtime itself, such as one you publish for each broadcast. The bridge forwards none of them
 * and of classes derived from them: each broadcast would lead to the next.
 *
 * @example
 * class BroadcastAudited {
 *   static readonly [REALTIME_EVENT] = true;
 * }
 */
export const REALTIME_EVENT: unique symbol = Symbol.for('nestjs-realtime:event') as never;

/** What hooks and guards hand out. On a bus it is about realtime without being marked. */
const OWN: readonly EventType[] = [ConnectionView, LiveConnection, RealtimeRequest, RealtimeException, RealtimeFault];

/** Whether events of this class are about realtime itself. */
export function tellsOfRealtime(type: EventType): boolean {
  return REALTIME_EVENT in type || OWN.some((own) => type === own || type.prototype instanceof own);
}

/** The same of one event; its class may be derived from one that does not. */
export function isRealtimeEvent(event: object): boolean {
  const { constructor } = (Object.getPrototypeOf(event) ?? {}) as { constructor?: unknown };
  return typeof constructor === 'function' && tellsOfRealtime(constructor as unknown as EventType);
}
