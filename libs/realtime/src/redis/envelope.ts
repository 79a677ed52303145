// How does an event travel through Redis? As one line of header, and its payload as the JSON text that gate 4 has made.
import type { EncodedEvent } from '../connections/encoded-event.js';
import { headerParties, partiesOfHeader } from './header-party.js';
import { headerText, textOfHeader } from './header-text.js';
import type { EnvelopeMac } from './envelope-mac.js';

/** The version that is written. A reader skips every other. */
const VERSION = '1';
const KINDS = { event: 'e', command: 'c', presence: 'p' } as const;
const KIND_OF: Readonly<Record<string, Envelope['kind'] | undefined>> = { e: 'event', c: 'command', p: 'presence' };
/**
 * Parts of a header, in their order: version, kind, node, tag, event, sentAt, except, to, flags (droppable, no payload), channels, and mac,
 * which is always the last. In front of the mac may stand a trace, and behind the trace what a later release adds to this version.
 */
const LEAST_PARTS = 11;
const MOST_PARTS = 32;
const TRACE = LEAST_PARTS - 1;
/** Version 0 of W3C Trace Context, which this library writes. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const NAME = /^[\w.@:-]{1,128}$/;
const TIME = /^\d{1,15}$/;

/** Why something that was received is skipped. */
export type SkipReason = 'version' | 'torn' | 'payload' | 'mac' | 'frame' | 'repeated' | 'foreign' | 'behind';

/** What a node sends: an event for the members of a channel, a command for all nodes, or a change of the members of a channel. */
export interface Envelope {
  readonly kind: 'event' | 'command' | 'presence';
  /** The id of the node that sent it. */
  readonly node: string;
  /** Names it among all that this node has sent. */
  readonly tag: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly sentAt: number;
  /** What travels of an event; of a command, its kind as `event` and the rest as `json`. */
  readonly event: Pick<EncodedEvent, 'event' | 'json' | 'except' | 'to' | 'isDroppable' | 'trace'>;
  /** All channels of a broadcast to several; empty for a broadcast to one. */
  readonly channels: readonly string[];
}

/** Writes an envelope for the topic of `channel`. */
export function writeEnvelope(envelope: Envelope, channel: string, mac: EnvelopeMac | null): string {
  const { kind, node, tag, sentAt, event, channels } = envelope;
  const header = [
    VERSION,
    KINDS[kind],
    node,
    tag,
    headerText(event.event),
    sentAt,
    headerParties(event.except),
    headerParties(event.to && [event.to]),
    `${event.isDroppable === true ? 'd' : ''}${event.json === undefined ? 'n' : ''}`,
    channels.map(headerText).join(','),
    ...(event.trace !== undefined && TRACEPARENT.test(event.trace) ? [event.trace] : []),
    '',
  ].join('|');
  const json = event.json ?? '';
  return `${header}${mac === null ? '' : mac.sign(channel, header, json)}\n${json}`;
}

/**
 * Reads what came on the topic of `channel`, or why it cannot be read.
 *
 * Security note: every process with access to Redis can write the text.
 */
export function readEnvelope(text: string, channel: string, mac: EnvelopeMac | null): Envelope | SkipReason {
  const end = text.indexOf('\n');
  const header = end < 0 ? text : text.slice(0, end);
  const parts = header.split('|', MOST_PARTS + 1);
  if (parts[0] !== VERSION) return 'version';
  if (end < 0 || parts.length < LEAST_PARTS || parts.length > MOST_PARTS) return 'torn';
  const json = text.slice(end + 1);
  const signature = parts[parts.length - 1];
  if (mac !== null && !mac.isOf(signature, channel, header.slice(0, header.length - signature.length), json)) {
    return 'mac';
  }
  const envelope = envelopeOf(parts, json);
  if (envelope === null || !belongsTo(envelope, channel)) return 'torn';
  return json === '' || isJson(json) ? envelope : 'payload';
}

function envelopeOf(parts: readonly string[], json: string): Envelope | null {
  const [, kind, node, tag, name, sentAt, excepted, addressed, flags, listed] = parts;
  const event = textOfHeader(name);
  const except = partiesOfHeader(excepted);
  const to = partiesOfHeader(addressed);
  const trace = parts.length > LEAST_PARTS ? parts[TRACE] : '';
  const channels = listed === '' ? [] : listed.split(',').map(textOfHeader);
  const isSound =
    /^[ecp]$/.test(kind) &&
    NAME.test(node) &&
    NAME.test(tag) &&
    TIME.test(sentAt) &&
    /^d?n?$/.test(flags) &&
    event !== '' &&
    (trace === '' || TRACEPARENT.test(trace));
  if (!isSound || event === null || except === null || to === null || to.length > 1) return null;
  if (channels.includes(null) || flags.includes('n') !== (json === '')) return null;
  return {
    kind: KIND_OF[kind]!,
    node,
    tag,
    sentAt: Number(sentAt),
    event: {
      event,
      json: json === '' ? undefined : json,
      ...(except.length > 0 && { except }),
      ...(to.length > 0 && { to: to[0] }),
      ...(flags.includes('d') && { isDroppable: true }),
      ...(trace !== '' && { trace }),
    },
    channels: channels as string[],
  };
}

/** A list that omits the channel on whose topic it came was written for another topic. */
function belongsTo({ channels }: Envelope, channel: string): boolean {
  return channels.length === 0 || channels.includes(channel);
}

/** Whether a payload may be passed on verbatim. A torn one would end the connection of each client that gets it. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
