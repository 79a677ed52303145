// What does the server compile of a channel, once, when it is registered?
import {
  messageOptions,
  milliseconds,
  type MessageSlot,
  type RealtimeChannelDescriptor,
  type Slot,
} from '@nestjs-realtime/contract';
import type {
  KeptLog,
  RegisteredChannel,
  RegisteredMessage,
  RegisteredPresence,
  RegisteredSnapshot,
} from '../connections/registered-channel.js';
import type { PayloadSchemaCompiler } from '../payloads/payload-schema.compiler.js';

const DEFAULT_SIZE = 100;
const DEFAULT_TTL = '5m';

/** The message by which members set their presence data. */
const PRESENCE_MESSAGE = 'presence';

/** @throws RealtimeFault for a class that cannot be validated. */
export function compileChannel(
  descriptor: RealtimeChannelDescriptor,
  place: string,
  schemas: PayloadSchemaCompiler,
): RegisteredChannel {
  const of = `of channel "${descriptor.name}"`;
  const presence = compilePresence(descriptor, schemas);
  return {
    descriptor,
    place,
    events: mapOf(descriptor.events, (name, slot: Slot) => schemas.compile(slot, `Event "${name}" ${of}`)),
    messages: new Map([
      ...mapOf(descriptor.messages, (name, slot) => compileMessage(slot, `essage "${name}" ${of}`, schemas)),
      ...memberDataMessage(descriptor, presence, schemas),
    ]),
    log: compileLog(descriptor),
    snapshot: compileSnapshot(descriptor, schemas),
    presence,
    guards: [],
    guardNames: new Set(),
  };
}

function compileLog({ history }: RealtimeChannelDescriptor): KeptLog | null {
  if (history === undefined) return null;
  const { size = DEFAULT_SIZE, ttl = DEFAULT_TTL } = history;
  return { size, ttlMs: milliseconds(ttl)! };
}

function compileSnapshot(
  { name, snapshot }: RealtimeChannelDescriptor,
  schemas: PayloadSchemaCompiler,
): RegisteredSnapshot | null {
  if (snapshot === undefined) return null;
  return { validator: schemas.compile(snapshot, `The snapshot of channel "${name}"`), source: null };
}

function compilePresence(
  { name, presence }: RealtimeChannelDescriptor,
  schemas: PayloadSchemaCompiler,
): RegisteredPresence | null {
  if (presence === undefined) return null;
  const { grace, gather, visibleTo = 'subscribers', data } = presence;
  return {
    graceMs: milliseconds(grace),
    gatherMs: milliseconds(gather),
    visibleTo,
    data: data === undefined ? null : schemas.compile(data, `The presence data of channel "${name}"`),
    source: null,
    guards: [],
    onJoin: [],
    onLeave: [],
  };
}

/** The message `presence`, where members set their own data. */
function memberDataMessage(
  { name, presence }: RealtimeChannelDescriptor,
  compiled: RegisteredPresence | null,
  schemas: PayloadSchemaCompiler,
): readonly [string, RegisteredMessage][] {
  if (presence?.setBy !== 'member' || compiled === null) return [];
  const message = compileMessage(presence.data ?? null, `essage "${PRESENCE_MESSAGE}" of channel "${name}"`, schemas);
  return [[PRESENCE_MESSAGE, { ...message, setsMemberData: true }]];
}

function compileMessage(slot: MessageSlot, what: string, schemas: PayloadSchemaCompiler): RegisteredMessage {
  const { payload, errors = {}, reply, whisper = false, limits = null } = messageOptions(slot);
  return {
    validator: schemas.compile(payload, `M${what}`),
    errors: mapOf(errors, (code, data: Slot) => schemas.compile(data, `Error ${code} of m${what}`)),
    reply: reply === undefined ? null : schemas.compile(reply, `The reply of m${what}`),
    whisper,
    setsMemberData: false,
    limits,
    handler: null,
  };
}

function mapOf<Value, Compiled>(
  record: Readonly<Record<string, Value>>,
  compile: (name: string, value: Value) => Compiled,
): ReadonlyMap<string, Compiled> {
  return new Map(Object.entries(record).map(([name, value]) => [name, compile(name, value)]));
}
