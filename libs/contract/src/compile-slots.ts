// Are the events and messages of a declaration sound?
import { compileLimits, MESSAGE_LIMITS } from './channel-limits.js';
import { isDeclarableName } from './channel-template.js';
import { REFUSALS } from './codes.js';
import { type Events, isMessageOptions, type MessageOptions, type Messages, type MessageSlot } from './message-slot.js';
import { isPayloadSchema, type Slot } from './payload-schema.js';

/** Name of the event or message that a declaration does not name. */
export const DEFAULT_EVENT = 'message';

/** Throws a fault: what is wrong with the channel and how to fix it, without its name. */
export type Refuse = (problem: string) => never;

const MESSAGE_OPTIONS: ReadonlySet<string> = new Set([
  'payload',
  'errors',
  'reply',
  'whisper',
  'limits',
] satisfies (keyof MessageOptions)[]);

/** Names that Socket.IO uses for itself. */
const SOCKET_IO_NAMES: ReadonlySet<string> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);
/** The code of a message that succeeded, in metrics. */
const SUCCESS = 'OK';
const LONGEST_NAME = 64;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/;

/** The events of a channel, `payload` being short for one named "message". A `payload` that is undefined is a slot without a schema. */
export function compileEvents(
  definition: { readonly payload?: unknown; readonly events?: unknown },
  plain: boolean,
  refuse: Refuse,
): Events {
  const { payload, events } = definition;
  if (payload !== undefined && events !== undefined) refuse('gives its events twice; keep either payload or events.');
  const isShort = 'payload' in definition && events === undefined;
  const named = isShort ? { [DEFAULT_EVENT]: payload } : recordOf(events, 'events', refuse);
  return compile(named, (name, slot) => {
    assertName('event', name, plain, refuse);
    return assertSlot(slot, `the event "${name}"`, refuse);
  });
}

/** The messages of a channel, `message` being short for one named "message". */
export function compileMessages(
  definition: { readonly message?: unknown; readonly messages?: unknown },
  plain: boolean,
  refuse: Refuse,
): Messages {
  const { message, messages } = definition;
  if (message !== undefined && messages !== undefined)
    refuse('gives its messages twice; keep either message or messages.');
  const isShort = 'message' in definition && messages === undefined;
  const named = isShort ? { [DEFAULT_EVENT]: message } : recordOf(messages, 'messages', refuse);
  return compile(named, (name, slot) => {
    assertName('message', name, plain, refuse);
    if (!isMessageOptions(slot as MessageSlot)) return assertSlot(slot, `the message "${name}"`, refuse);
    return compileOptions(name, slot as MessageOptions, refuse);
  });
}

function compileOptions(name: string, options: MessageOptions, refuse: Refuse): MessageOptions {
  const place = `the message "${name}"`;
  const unknown = Object.keys(options).find((option) => !MESSAGE_OPTIONS.has(option));
  if (unknown !== undefined)
    refuse(`has no option "${unknown}" for ${place}; the options are ${[...MESSAGE_OPTIONS].join(', ')}.`);
  const { payload, errors, reply, whisper, limits } = options;
  assertSlot(payload, `the payload of ${place}`, refuse);
  if (reply !== undefined && !isPayloadSchema(reply))
    refuse(`has no schema for the reply of ${place}; give it a class or a Standard Schema, or leave reply out.`);
  if (whisper !== undefined && (whisper as unknown) !== true)
    refuse(`has whisper: ${String(whisper)} for ${place}; write whisper: true, or leave it out.`);
  if (whisper === true && (errors !== undefined || reply !== undefined))
    refuse(`forwards ${place} as a whisper, which no handler answers; remove whisper, or remove errors and reply.`);
  return Object.freeze({
    payload,
    ...(errors !== undefined && { errors: compileErrors(errors, place, refuse) }),
    ...(reply !== undefined && { reply }),
    ...(whisper === true && { whisper }),
    ...(limits !== undefined && { limits: compileLimits(limits, MESSAGE_LIMITS, `the limits of ${place}`, refuse) }),
  });
}

function compileErrors(errors: unknown, place: string, refuse: Refuse): Readonly<Record<string, Slot>> {
  return compile(recordOf(errors, `errors for ${place}`, refuse), (code, slot) => {
    if (!/^[A-Z][A-Z0-9_]{0,63}$/.test(code))
      refuse(`has the illegal error code "${code}" for ${place}; write it in upper case, such as BID_TOO_LOW.`);
    if (Object.hasOwn(REFUSALS, code))
      refuse(`declares the error code "${code}" for ${place}, which the protocol uses itself; choose another code.`);
    if (code === SUCCESS)
      refuse(`declares the error code "${code}" for ${place}, which metrics use for success; choose another code.`);
    return assertSlot(slot, `the data of the error ${code} of ${place}`, refuse);
  });
}

function compile<Value>(
  named: Readonly<Record<string, unknown>>,
  check: (name: string, slot: unknown) => Value,
): Readonly<Record<string, Value>> {
  const result = Object.create(null) as Record<string, Value>;
  for (const [name, slot] of Object.entries(named)) result[name] = check(name, slot);
  return Object.freeze(result);
}

function recordOf(value: unknown, what: string, refuse: Refuse): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(`has ${what} that are no object; write an object of names and schemas.`);
}

function assertName(kind: string, name: string, plain: boolean, refuse: Refuse): void {
  if (!plain && !isDeclarableName(name))
    refuse(`has the illegal ${kind} name "${name}"; use 1 to 64 of A-Z a-z 0-9 _ -.`);
  if (!plain) return;
  if (SOCKET_IO_NAMES.has(name) || name.startsWith('rt:'))
    refuse(`has wire: 'plain' and the ${kind} "${name}", a name of Socket.IO or of the protocol; choose another name.`);
  const isLegal = name.length > 0 && name.length <= LONGEST_NAME && !CONTROL_CHARACTERS.test(name);
  if (!isLegal || name === '__proto__')
    refuse(`has the illegal ${kind} name "${name}"; use 1 to 64 characters, none of them control characters.`);
}

function assertSlot(slot: unknown, place: string, refuse: Refuse): Slot {
  if (slot === null || isPayloadSchema(slot)) return slot;
  return refuse(
    `has no schema for ${place}; give it a class, a Standard Schema, or null if it carries nothing. ` +
      'If you did, an import cycle may have left it undefined.',
  );
}
