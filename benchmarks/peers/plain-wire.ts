// How do servers without Socket.IO speak to the load generator? With the same texts on the wire, so that all write the same bytes.
import { TICK, type FeedItem } from '../workload.js';

export const OPEN_PACKET = '0{"sid":"0","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":65536}';
export const CONNECT_PACKET = '40';
export const CONNECTED_PACKET = '40{"sid":"0"}';
const EVENT_PREFIX = '42';

/** One event of a client: the number to acknowledge it by, its name and its body. */
export interface PlainEvent {
  readonly id: string;
  readonly event: string;
  readonly body: unknown;
}

export function parseEvent(text: string): PlainEvent {
  const bracket = text.indexOf('[');
  const [event, body] = JSON.parse(text.slice(bracket)) as [string, unknown];
  return { id: text.slice(EVENT_PREFIX.length, bracket), event, body };
}

export function acknowledgement(id: string): string {
  return `43${id}[{"ok":true}]`;
}

export function itemPacket(item: FeedItem): string {
  return EVENT_PREFIX + JSON.stringify([TICK, item]);
}
