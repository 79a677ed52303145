// Why is a text no legal channel name, and how is it written instead?
import { encodeParam, isLegalChannelName, MAX_CHANNEL_NAME_LENGTH, MAX_PARAM_LENGTH } from '@nestjs-realtime/contract';
import { quotedForLog } from '../instrumentation/log-text.js';

const WHOLE_PARAM = /^\{.*\}$/s;

/** Null for a legal name; else a sentence for the programmer who wrote it. */
export function channelNameFault(name: string): string | null {
  if (isLegalChannelName(name)) return null;
  return `${quotedForLog(name)} is no legal channel name: ${problemOf(name)}.`;
}

function problemOf(name: string): string {
  if (name === '') return 'it is empty';
  if (name.length > MAX_CHANNEL_NAME_LENGTH) {
    return `it has ${name.length} characters, and ${MAX_CHANNEL_NAME_LENGTH} is the most`;
  }
  const segments = name.split('.');
  const at = segments.findIndex((segment) => !isLegalChannelName(segment));
  const segment = segments[at];
  if (segment === '') return `segment ${at + 1} is empty`;
  if (WHOLE_PARAM.test(segment))
    return `${quotedForLog(segment)} is a param of a name template; write its value instead`;
  return problemOfSegment(segment);
}

function problemOfSegment(segment: string): string {
  const value = decoded(segment);
  const spelling = value === null ? null : spellingOf(value);
  const what = `segment ${quotedForLog(segment)}`;
  if (spelling !== null && spelling.length > MAX_CHANNEL_NAME_LENGTH) {
    return `${what} has ${spelling.length} characters where it is encoded, and ${MAX_CHANNEL_NAME_LENGTH} is the most`;
  }
  // Only letters, digits, "_", "-" and "%", so it needs no escapes, and a part of it would be of no use.
  if (spelling !== null) return `${what} is spelled "${spelling}", and a dot within a value "%2E"`;
  return `${what} stands for no value of 1 to ${MAX_PARAM_LENGTH} characters without control characters`;
}

/** Null where the segment has a percent sign that encodes nothing. */
function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

/** Null where no name can hold the value. */
function spellingOf(value: string): string | null {
  try {
    return encodeParam(value);
  } catch {
    return null;
  }
}
