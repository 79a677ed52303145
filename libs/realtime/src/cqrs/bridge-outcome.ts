// Where is the outcome of an event reported? On the UnhandledExceptionBus and the `bridged` hook; never to the event's publisher.
import type { LoggerService } from '@nestjs/common';
import type { ChannelAddress } from '@nestjs-realtime/contract';
import type { UnhandledExceptionBus } from '@nestjs/cqrs';
import { isPromiseLike } from '../connections/promise-like.js';
import { InternalError, repeatedInternalError } from '../instrumentation/internal-error.js';
import type { RealtimeHooks } from '../realtime.hooks.js';
import type { BridgeRoute } from './bridge-entry.js';

/** One event on its way; `channels` are those it has been broadcast to. */
export interface Passage {
  readonly source: object;
  readonly channels: ChannelAddress[];
}

/** Where to report. */
export interface Audience {
  readonly hooks: RealtimeHooks;
  readonly logger: Pick<LoggerService, 'error'>;
  readonly exceptions: Pick<UnhandledExceptionBus<object>, 'publish'> | null;
}

/** Reports an event that was forwarded or skipped. */
export function tellForwarded({ hooks }: Audience, route: BridgeRoute, passage: Passage): void {
  hooks.emit('bridged', () => bridged(route, passage, null));
}

/** Reports an event of which at least one broadcast was not made. It has been logged already, unless the log itself failed. */
export function tellFailure(audience: Audience, route: BridgeRoute, passage: Passage, failure: unknown): void {
  const { logger, exceptions, hooks } = audience;
  const error = failure instanceof InternalError ? failure.cause : failure;
  const unpublished = (failure: unknown): void =>
    void repeatedInternalError(logger, 'the UnhandledExceptionBus, told by the realtime bridge', failure);
  try {
    // a publisher of the application's own may be asynchronous
    const published: unknown = exceptions?.publish({ cause: passage.source, exception: error });
    if (isPromiseLike(published)) published.then(undefined, unpublished);
  } catch (failure) {
    unpublished(failure);
  }
  hooks.emit('bridged', () => bridged(route, passage, error));
}

function bridged({ channel, event }: BridgeRoute, { source, channels }: Passage, error: unknown) {
  return { source, descriptor: channel, event, channels, error };
}
