// Which concrete channel does a target name? The types say so already; JavaScript, casts and import cycles do not.
import { type ChannelAddress, ChannelTemplate, type RealtimeChannelDescriptor } from '@nestjs-realtime/contract';

/** A concrete channel without its params, which few calls need. */
export type ConcreteChannel = Pick<ChannelAddress, 'descriptor' | 'name'>;

/** @throws the error that `faultOf` makes of the problem, for a value that names no concrete channel. */
export function concreteChannel(target: unknown, faultOf: (problem: string) => Error): ConcreteChannel {
  if (typeof target !== 'object' || target === null) {
    throw faultOf(
      typeof target === 'string'
        ? `"${target}" is a name, and a name is no target; pass the descriptor, or descriptor.with({ ... }).`
        : 'The call names no channel; pass a descriptor or channel.with({ ... }). If you did, an import cycle may have left it undefined.',
    );
  }
  if (Array.isArray(target)) {
    throw faultOf('A list is no channel here; call once for each of them.');
  }
  const address = target as ChannelAddress | RealtimeChannelDescriptor;
  const descriptor = 'descriptor' in address ? address.descriptor : address;
  if (!(descriptor?.template instanceof ChannelTemplate)) {
    throw faultOf('The call names a channel that was not made by defineRealtimeChannel(); pass its descriptor.');
  }
  if (descriptor.template.matches(address.name)) return { descriptor, name: address.name };
  throw faultOf(
    `"${String(address.name)}" is not a concrete name of channel "${descriptor.name}"; pass channel.with({ ... }).`,
  );
}
