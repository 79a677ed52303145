// Does this request have the form that the protocol defines? Null means it does not.
import {
  type ChannelFrame,
  DEFAULT_EVENT,
  type HistoryFrame,
  isLegalChannelName,
  MAX_SUBSCRIBE_BATCH,
  type Position,
  type SubscribeFrame,
} from '@nestjs-realtime/contract';
import type { InboundMessage } from '../connections/message-request.js';
import { isPlainObject } from '../payloads/payload-shape.js';

/** A request for one channel or a batch of them. A malformed item is null and gets its own answer. */
export interface ParsedItems<Item> {
  readonly batch: boolean;
  readonly items: readonly (Item | null)[];
}

/** Security note: all functions of this file read client data. */
export function parseSubscribe(frame: unknown): ParsedItems<SubscribeFrame> | null {
  return parseItems(frame, parseSubscribeItem);
}

export function parseUnsubscribe(frame: unknown): ParsedItems<ChannelFrame> | null {
  return parseItems(frame, parseChannel);
}

export function parseChannel(frame: unknown): ChannelFrame | null {
  return isPlainObject(frame) && isLegalChannelName(frame.channel) ? { channel: frame.channel } : null;
}

export function parseMessage(frame: unknown): InboundMessage | null {
  if (!isPlainObject(frame) || !isLegalChannelName(frame.channel)) return null;
  const message = frame.event === undefined ? DEFAULT_EVENT : frame.event;
  if (typeof message !== 'string') return null;
  const { channel, payload, traceparent, tracestate } = frame;
  return { channel, message, payload, trace: traceparent === undefined ? undefined : { traceparent, tracestate } };
}

/** Each user once. */
export function parseWatch(frame: unknown): readonly string[] | null {
  if (!isPlainObject(frame) || !Array.isArray(frame.userIds)) return null;
  const userIds = frame.userIds as readonly unknown[];
  return userIds.every((each) => typeof each === 'string' && each !== '') ? [...new Set(userIds as string[])] : null;
}

export function parseHistory(frame: unknown): HistoryFrame | null {
  if (!isPlainObject(frame) || !isLegalChannelName(frame.channel)) return null;
  if (frame.since !== undefined && !isPosition(frame.since)) return null;
  if (frame.limit !== undefined && !(Number.isSafeInteger(frame.limit) && (frame.limit as number) > 0)) return null;
  return { channel: frame.channel, since: frame.since, limit: frame.limit as number | undefined };
}

function parseItems<Item>(frame: unknown, parse: (item: unknown) => Item | null): ParsedItems<Item> | null {
  if (Array.isArray(frame)) {
    return frame.length > MAX_SUBSCRIBE_BATCH ? null : { batch: true, items: frame.map(parse) };
  }
  const item = parse(frame);
  return item && { batch: false, items: [item] };
}

function parseSubscribeItem(item: unknown): SubscribeFrame | null {
  if (!isPlainObject(item) || !isLegalChannelName(item.channel)) return null;
  if (item.recover === undefined) return { channel: item.channel };
  return isPosition(item.recover) ? { channel: item.channel, recover: item.recover } : null;
}

export function isPosition(value: unknown): value is Position {
  return (
    isPlainObject(value) &&
    typeof value.epoch === 'string' &&
    Number.isSafeInteger(value.offset) &&
    (value.offset as number) >= 0
  );
}
