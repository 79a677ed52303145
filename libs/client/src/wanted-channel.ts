// Which channel do the arguments of `channel()` mean?
import type { ChannelAddress, Position, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { Params } from './channel-match.js';
import { fillChannelName } from './channel-name.js';
import { isPosition } from './log-position.js';

/** A concrete name with its params; or a template, without params, where the server gives them. */
export interface WantedChannel {
  readonly name: string;
  readonly params: Params | null;
}

/** @throws ChannelParamsError for params that do not fill the name; TypeError for what is no channel. */
export function wantedChannel(channel: unknown, params?: Params): WantedChannel {
  const declared = (channel ?? {}) as Partial<ChannelAddress> & RealtimeChannelDescriptor;
  if (declared.descriptor) return declared as ChannelAddress;
  const template = typeof channel === 'string' ? channel : declared.name;
  if (!template) throw new TypeError('This is no channel; an import cycle may have left it undefined.');
  const isName = template === channel;
  if (!params && template.includes('{') && (isName || declared.autoSubscribe)) return { name: template, params: null };
  const values = { ...params };
  return isName ? { name: fillChannelName(template, values), params: values } : declared.with(values);
}

/** The position in the options, which follow the params, or an address. @throws TypeError for what is no position. */
export function wantedSince(channel: unknown, [params, options]: readonly unknown[]): Position | null {
  const isAddress = typeof channel === 'object' && channel !== null && 'descriptor' in channel;
  const { since } = ((isAddress ? params : options) ?? {}) as { readonly since?: unknown };
  if (since === undefined) return null;
  if (!isPosition(since)) throw new TypeError('since must be a position, { epoch, offset }, as the server gives it.');
  return { epoch: since.epoch, offset: since.offset };
}
