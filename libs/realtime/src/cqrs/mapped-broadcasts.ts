// What did a mapper ask for? Checked here, because untyped code can return anything. Gate 4 checks the payloads.
import type { ChannelAddress } from '@nestjs-realtime/contract';
import type { BridgeRoute } from './bridge-entry.js';

/** A broadcast that only gate 4 can still refuse. */
export interface MappedBroadcast {
  readonly address: ChannelAddress;
  readonly payload: unknown;
}

/**
 * The broadcasts of what a mapper gave; none where it gave null.
 * @throws TypeError for what is none, ChannelParamsError where params do not fill the channel's name. Nothing is sent then.
 */
export function mappedBroadcasts({ channel, event }: BridgeRoute, mapped: unknown): MappedBroadcast[] {
  if (mapped === null) return [];
  const wanted: unknown[] = Array.isArray(mapped) ? mapped : [mapped];
  const hasPayload = channel.events[event] !== null;
  return wanted.map((broadcast) => {
    if (typeof broadcast !== 'object' || broadcast === null || (hasPayload && !('payload' in broadcast))) {
      throw new TypeError(
        `The mapper must return ${channel.template.paramNames.length > 0 ? '{ params, payload }' : '{ payload }'}, a list of them, or null to skip the event; it returned ${kindOf(broadcast)}`,
      );
    }
    const { params, payload } = broadcast as { params?: Readonly<Record<string, string>>; payload?: unknown };
    return { address: channel.with(params ?? {}), payload };
  });
}

/** Never the value: it may be the domain event itself. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return typeof value === 'object' ? 'an object without payload' : `a ${typeof value}`;
}
