// What is a bridge? An event handler that forwards the events on an allowlist to channels (docs/decisions/0001#decision-4).
import { Logger, type LoggerService } from '@nestjs/common';
import type { IEventHandler, UnhandledExceptionBus } from '@nestjs/cqrs';
import { type Duration, milliseconds, shownValue } from '@nestjs-realtime/contract';
import type { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import type { IRealtimeHandlerRegistry } from '../channels/realtime-handler.registry.js';
import { ChannelLanes } from '../connections/channel-lanes.js';
import { isPromiseLike } from '../connections/promise-like.js';
import { type IRealtimeTracer, NoopTracer } from '../instrumentation/realtime.tracer.js';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import type { BridgeEntry } from './bridge-entry.js';
import { bridgeFaults } from './bridge-faults.js';
import { BridgeForwarder } from './bridge-forwarder.js';
import type { BridgeRouteStats } from './bridge-stats.js';
import { BridgeTrail } from './bridge-trail.js';

/** Milliseconds that an asynchronous mapper has. */
const DEFAULT_MAPPER_TIMEOUT = 5_000;
/** The longest delay of a Node timer. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/**
 * Says when an event may be forwarded. Called within `publish()`, once for each event that an entry takes. Must call `run` when the
 * transaction that is open in the calling context has committed, must not call it when that rolls back, and must call it at once
 * where none is open. Further calls of `run` do nothing.
 */
export type AfterCommit = (run: () => void) => void;

/** Settings of a bridge. */
export interface BridgeSettings {
  /** Holds events until the transaction they were published in has committed. Default: they are forwarded at once. */
  readonly afterCommit?: AfterCommit;
  /** How long an asynchronous mapper may take; the next events of its channel wait for it so long. Default 5 s. */
  readonly mapperTimeout?: Duration | undefined;
}

/** What a bridge needs where no module binds it. All of it is optional. */
export interface BridgeOptions extends BridgeSettings {
  /** Where channels are registered, so that an unregistered one is a fault at once, and not at its first broadcast. */
  readonly registry?: Pick<IRealtimeHandlerRegistry, 'listChannels'>;
  /** Is notified of every event an entry takes. For domain events as `cause` of broadcasts, pass the broadcaster's own hooks. */
  readonly hooks?: RealtimeHooks;
  readonly tracer?: IRealtimeTracer;
  /** Default: Nest's logger. */
  readonly logger?: Pick<LoggerService, 'error'>;
  /** Is notified of every event that could not be forwarded. */
  readonly unhandledExceptions?: Pick<UnhandledExceptionBus<object>, 'publish'>;
}

/** Receives every event, and forwards those that an entry names. */
export class Bridge implements IEventHandler<object> {
  private readonly forwarders: readonly BridgeForwarder[];
  private readonly take: Take;

  /** @throws RealtimeFault that names everything that is wrong with the allowlist and how to fix it. */
  constructor(broadcaster: IRealtimeBroadcaster, allowlist: readonly BridgeEntry[], options: BridgeOptions) {
    const { afterCommit, mapperTimeout = DEFAULT_MAPPER_TIMEOUT, logger = new Logger('Realtime') } = options;
    const timeout = milliseconds(mapperTimeout) ?? NaN;
    const faults = [
      ...bridgeFaults(allowlist, options.registry?.listChannels() ?? null),
      ...settingFaults(afterCommit, mapperTimeout),
    ];
    if (faults.length > 0) throw RealtimeFault.of('The realtime bridge is invalid:', faults);

    const { hooks = new RealtimeHooks(), tracer = new NoopTracer(), unhandledExceptions: exceptions = null } = options;
    const parts = { broadcaster, hooks, tracer, logger, exceptions, lanes: new ChannelLanes(), mapperTimeout: timeout };
    this.forwarders = allowlist.flatMap(({ routes }) => routes.map((route) => new BridgeForwarder(route, parts)));
    this.take = afterCommit === undefined ? takeNow : holdingUntil(afterCommit);
  }

  /** Never throws, whatever it is given: an error here would reach the publisher, or end the process (docs/hardening.md#1). */
  handle(event: unknown): void {
    this.take(this.forwarders, event);
  }

  /** Counts since it was made, a line for each channel of each entry. */
  stats(): readonly BridgeRouteStats[] {
    return this.forwarders.map((forwarder) => forwarder.stats);
  }
}

function settingFaults(afterCommit: unknown, mapperTimeout: unknown): string[] {
  const faults: string[] = [];
  const timeout = milliseconds(mapperTimeout);
  if (timeout === null || timeout < 1 || timeout > LONGEST_TIMEOUT) {
    faults.push(`mapperTimeout is ${shownValue(mapperTimeout)}; give it 1 ms to 24 days, such as '5s'.`);
  }
  if (afterCommit !== undefined && typeof afterCommit !== 'function') {
    faults.push('afterCommit is no function; give it one that takes a callback, or leave it out.');
  }
  return faults;
}

/** Called within `publish()`, and never throws. */
type Take = (forwarders: readonly BridgeForwarder[], event: unknown) => void;

const takeNow: Take = (forwarders, event) => {
  const from = BridgeTrail.here();
  for (const forwarder of forwarders) if (forwarder.wants(event)) forwarder.take(event, from);
};

function holdingUntil(afterCommit: AfterCommit): Take {
  return (forwarders, event) => {
    const takers = forwarders.filter((forwarder) => forwarder.wants(event));
    if (takers.length === 0) return;
    const from = BridgeTrail.here();
    let isHeld = true;
    const release = (go: (taker: BridgeForwarder) => void): void => {
      if (!isHeld) return;
      isHeld = false;
      takers.forEach(go);
    };
    const failed = (error: unknown): void => release((taker) => taker.fail(event as object, from, error));
    try {
      const held: unknown = afterCommit(() => release((taker) => taker.take(event as object, from)));
      // an asynchronous function is assignable, too
      if (isPromiseLike(held)) held.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  };
}
