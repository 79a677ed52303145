// How do an event, a log and a command stand in a message of NATS? As JSON, which any client of NATS could have written.
import type { ControlCommand, EncodedEvent, LoggedEvent, Party } from 'nestjs-realtime/adapters';

/** An event in no log. `channels` is the whole list of its broadcast. */
export interface PlainMessage {
  readonly node: string;
  /** Names it among all that its node has sent. */
  readonly tag: string;
  readonly event: EncodedEvent;
}

/** One message of a log: an entry, or at offset 0 the beginning of an epoch. */
export interface LogRecord {
  readonly epoch: string;
  readonly offset: number;
  readonly tag: string;
  /** The tag of the entry before it. */
  readonly prev: string;
  /** Sequence of the message before it. */
  readonly before: number;
  /** The lowest offset that is kept. */
  readonly first: number;
  readonly size: number;
  /** When the entries are dropped, by the clock of its node. */
  readonly endsAt: number;
  readonly event: LoggedEvent;
}

export interface CommandMessage {
  readonly node: string;
  /** Where nodes say that they have acted. */
  readonly answers: string;
  readonly command: ControlCommand;
}

/** W3C trace context, version 00. */
const TRACEPARENT = /^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

type Fields = Readonly<Record<string, unknown>>;

export function plainIn(text: string): PlainMessage | null {
  const found = fieldsOf(parsed(text));
  const event = eventIn(found.event);
  const { channels, isDroppable } = fieldsOf(found.event);
  const to = partiesIn([fieldsOf(found.event).to ?? {}]);
  const isList = Array.isArray(channels) && channels.length > 0 && channels.every(isText);
  if (event === null || !isList || !isText(found.node) || !isText(found.tag)) return null;
  const whole: EncodedEvent = {
    channels: channels,
    ...event,
    ...(to !== null && { to: to[0] }),
    ...(isDroppable === true && { isDroppable }),
  };
  return { node: found.node, tag: found.tag, event: whole };
}

export function recordIn(text: string): LogRecord | null {
  const found = fieldsOf(parsed(text));
  const { epoch, tag, prev, offset, before, first, size, endsAt } = found;
  const event = eventIn(found.event);
  if (event === null || ![epoch, tag, prev].every(isText)) return null;
  if (![offset, before, first, size, endsAt].every(isCount)) return null;
  return { epoch, tag, prev, offset, before, first, size, endsAt, event } as LogRecord;
}

export function commandIn(text: string): CommandMessage | null {
  const { node, answers, command } = fieldsOf(parsed(text));
  const { kind, party, channel } = fieldsOf(command);
  const isKind = ['subscribe', 'unsubscribe', 'reauthorize', 'disconnect', 'displace'].includes(kind as string);
  const parties = partiesIn([party]);
  if (!isText(node) || !isText(answers) || !isKind || parties === null) return null;
  if (channel === undefined ? kind === 'subscribe' : !isText(channel)) return null;
  const whole = { kind, party: parties[0], ...(channel !== undefined && { channel }) };
  return { node, answers, command: whole as ControlCommand };
}

/** Payloads go to clients verbatim, so one that is no JSON would end their connections. */
function eventIn(value: unknown): LoggedEvent | null {
  const { event, json, except, trace } = fieldsOf(value);
  const parties = except === undefined ? undefined : partiesIn(except);
  const isSound = isText(event) && (json === undefined || (isText(json) && parsed(json) !== undefined));
  if (!isSound || parties === null) return null;
  const isTraced = isText(trace) && TRACEPARENT.test(trace);
  return { event, json, ...(parties !== undefined && { except: parties }), ...(isTraced && { trace }) };
}

/** Each names one connection, user or session. */
function partiesIn(value: unknown): readonly Party[] | null {
  const isParty = (party: unknown): boolean => {
    const [[id, text] = [], ...others] = Object.entries(fieldsOf(party));
    return others.length === 0 && ['connectionId', 'userId', 'sessionId'].includes(id ?? '') && isText(text);
  };
  return Array.isArray(value) && value.every(isParty) ? (value as Party[]) : null;
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
