// What is wrong with an allowlist, and how is it fixed? Checked once, when the bridge is bound.
import { ChannelTemplate, type RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { type BridgeEntry, type BridgeRoute, describeRoute, nameOf } from './bridge-entry.js';
import { tellsOfRealtime } from './realtime-event.js';
import type { EventType } from './reauthorize-on.decorator.js';

/** Every fault of an allowlist. Whether channels are registered is only asked where the registered ones are given. */
export function bridgeFaults(
  allowlist: readonly BridgeEntry[],
  registered: readonly RealtimeChannelDescriptor[] | null,
): string[] {
  const faults = allowlist.flatMap((entry) => {
    if (entry?.routes === undefined) {
      return ['An entry of the allowlist was not made by forward(); if it was, an import cycle has left it undefined.'];
    }
    return [
      ...sourceFaults(entry),
      ...entry.routes.flatMap((route) => [...channelFaults(route, registered), ...mapperFaults(route)]),
    ];
  });
  return [...new Set(faults), ...doubles(allowlist)];
}

function sourceFaults({ source, routes }: BridgeEntry): string[] {
  const what = `forward(${nameOf(source)})`;
  const faults: string[] = [];
  if (typeof source !== 'function' || typeof source.prototype !== 'object') {
    faults.push(`${what} names no event class; if you gave one, an import cycle has left it undefined.`);
  } else if (source === (Object as unknown as EventType)) {
    faults.push(`${what} would take every event there is; name a class of domain events.`);
  } else if (tellsOfRealtime(source)) {
    faults.push(
      `${what} reacts to realtime's own events, so that each broadcast would lead to the next; forward a domain event, or listen to RealtimeHooks.`,
    );
  }
  if (routes.length === 0) faults.push(`${what} leads nowhere; add .to(channel, 'event', mapper).`);
  return faults;
}

function channelFaults(route: BridgeRoute, registered: readonly RealtimeChannelDescriptor[] | null): string[] {
  const { channel, event } = route;
  if (!(channel?.template instanceof ChannelTemplate)) {
    return [
      `${describeRoute(route)} names a channel that was not made by defineRealtimeChannel(); if you gave one, an import cycle has left it undefined.`,
    ];
  }
  const faults: string[] = [];
  if (registered !== null && !registered.includes(channel)) {
    faults.push(
      `${describeRoute(route)}: channel "${channel.name}" is not registered; add it to RealtimeModule.forFeature([...]) or provide its @RealtimeChannel class.`,
    );
  }
  if (!Object.keys(channel.events).includes(event)) {
    faults.push(
      `${describeRoute(route)}: channel "${channel.name}" declares no event "${event}"; add it to the channel's events (${Object.keys(channel.events).join(', ') || 'none so far'}) or fix the name.`,
    );
  }
  return faults;
}

function mapperFaults(route: BridgeRoute): string[] {
  if (typeof route.mapper === 'function') return [];
  return [
    `${describeRoute(route)} has no mapper; give it one that picks what clients may know: (event) => ({ payload: { ... } }).`,
  ];
}

function doubles(allowlist: readonly BridgeEntry[]): string[] {
  const routes = allowlist.flatMap((entry) => entry?.routes ?? []);
  const isDouble = ({ source, channel, event }: BridgeRoute, index: number): boolean =>
    routes.findIndex((other) => other.source === source && other.channel === channel && other.event === event) < index;
  return [...new Set(routes.filter(isDouble).map(describeRoute))].map(
    (route) => `${route} stands there twice, so that clients would hear of each event twice; remove one.`,
  );
}
