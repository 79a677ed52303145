// On which bus are events published? One, unless modules import `CqrsModule` without `forRoot()` beside it.
import type { DiscoveryService } from '@nestjs/core';
import { EventBus, UnhandledExceptionBus } from '@nestjs/cqrs';

/** Every event bus of the application. */
export function eventBuses(discovery: DiscoveryService): EventBus[] {
  return instancesOf(discovery, EventBus);
}

/** Every bus for exceptions of the application; each event bus has one beside it. */
export function unhandledExceptionBuses(discovery: DiscoveryService): UnhandledExceptionBus<object>[] {
  return instancesOf(discovery, UnhandledExceptionBus);
}

function instancesOf<Instance>(
  discovery: DiscoveryService,
  type: abstract new (...args: never[]) => Instance,
): Instance[] {
  const instances: unknown[] = discovery.getProviders().map((wrapper) => wrapper.instance as unknown);
  return [...new Set(instances.filter((instance): instance is Instance => instance instanceof type))];
}
