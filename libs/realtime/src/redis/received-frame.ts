// What has come on the topic of a channel? An event that is in no log, a frame of the log, or nothing that can be read.
import type { LogFrame } from '../broker/log-frame.js';
import { type Envelope, readEnvelope, type SkipReason } from './envelope.js';
import type { EnvelopeMac } from './envelope-mac.js';

/** What the script puts in front of an envelope: epoch, offset, tag, and the tag before it, which is empty at the beginning. */
const POSITION = /^([\w-]{1,32}) ([1-9]\d{0,15}) ([\w-]{1,32}) ([\w-]{0,32}) /;

/** One entry of a log, with the envelope that it was written as. */
export interface ReceivedFrame {
  readonly kind: 'frame';
  readonly frame: LogFrame;
  readonly envelope: Envelope;
}

export type Received = ReceivedFrame | { readonly kind: 'envelope'; readonly envelope: Envelope };

/**
 * Reads what came on the topic of `channel`, or why it cannot be read.
 *
 * Security note: every process with access to Redis can write the text.
 */
export function readFrame(
  text: string,
  channel: string,
  mac: EnvelopeMac | null,
  kind: Envelope['kind'] = 'event',
): Received | SkipReason {
  const position = POSITION.exec(text);
  if (position === null) {
    const envelope = readEnvelope(text, channel, mac);
    return typeof envelope === 'string' ? envelope : { kind: 'envelope', envelope };
  }
  const [front, epoch, digits, tag, prev] = position;
  const envelope = readEnvelope(text.slice(front.length), channel, mac);
  if (typeof envelope === 'string') return envelope;
  const offset = Number(digits);
  const isSound = Number.isSafeInteger(offset) && (offset === 1) === (prev === '') && tag === envelope.tag;
  if (!isSound || envelope.kind !== kind) return 'frame';
  const { event, json, except, trace } = envelope.event;
  const logged = { event, json, ...(except !== undefined && { except }), ...(trace !== undefined && { trace }) };
  return { kind: 'frame', frame: { channel, epoch, offset, tag, prev, event: logged }, envelope };
}
