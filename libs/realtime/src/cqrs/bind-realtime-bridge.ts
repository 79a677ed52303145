// How is a bridge bound to a bus by hand?
import { Logger } from '@nestjs/common';
import type { Subscribable } from 'rxjs';
import type { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import { internalError } from '../instrumentation/internal-error.js';
import { Bridge, type BridgeOptions } from './bridge.js';
import type { BridgeEntry } from './bridge-entry.js';
import type { BridgeRouteStats } from './bridge-stats.js';

/** Call it to unsubscribe the entries from the bus. Events under way are still forwarded. */
export interface BoundBridge {
  (): void;
  /** Counts since it was bound, a line for each channel of each entry. */
  readonly stats: () => readonly BridgeRouteStats[];
}

/**
 * Forwards the events of an allowlist from a bus to channels. Modules do it with `RealtimeCqrsModule`; this is for scripts and tests.
 *
 * A failure never reaches the event's publisher: it is logged, counted, and published on `unhandledExceptions`.
 *
 * @param bus the `EventBus` of @nestjs/cqrs, or any other Observable of events.
 * @throws RealtimeFault that names everything that is wrong with the allowlist and how to fix it.
 * @example
 * const unbind = bindRealtimeBridge(app.get(EventBus), app.get(IRealtimeBroadcaster), [
 *   forward(OrderShipped).to(orderChannel, 'shipped', ({ orderId, at }) => ({ params: { orderId }, payload: { at } })),
 * ]);
 */
export function bindRealtimeBridge(
  bus: Subscribable<object>,
  broadcaster: IRealtimeBroadcaster,
  allowlist: readonly BridgeEntry[],
  options: BridgeOptions = {},
): BoundBridge {
  const bridge = new Bridge(broadcaster, allowlist, options);
  const { logger = new Logger('Realtime') } = options;
  const lost = (error: unknown): void =>
    void internalError(logger, 'the event bus, which has ended: no event reaches a channel any more', error);
  const subscription = bus.subscribe({ next: (event) => bridge.handle(event), error: lost });
  return Object.assign(() => subscription.unsubscribe(), { stats: () => bridge.stats() });
}
