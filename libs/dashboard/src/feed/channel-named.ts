// Which channel does a name mean? The page knows names only, and the realtime layer is asked with addresses.
import type { ChannelAddress, IRealtimeHandlerRegistry } from 'nestjs-realtime';

/** Null for a name that no channel has. */
export function channelNamed(
  registry: Pick<IRealtimeHandlerRegistry, 'listChannels'>,
  name: string,
): ChannelAddress | null {
  for (const descriptor of registry.listChannels()) {
    const params = descriptor.template.match(name);
    if (params !== null) return descriptor.with(params);
  }
  return null;
}
