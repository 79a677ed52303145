// What does the server compile of a channel, once, when it is registered?
import { messageOptions, type MessageSlot, type RealtimeChannelDescriptor, type Slot } from '@nestjs-realtime/contract';
import type { RegisteredChannel, RegisteredMessage } from '../connections/registered-channel.js';
import type { PayloadSchemaCompiler } from '../payloads/payload-schema.compiler.js';
import { RealtimeFault } from '../realtime.exception.js';

/** Features that a declaration may name and this version does not have. */
const MISSING_FEATURES = ['history', 'presence', 'snapshot'] as const;

/** @throws RealtimeFault for a class that cannot be validated, or a feature that this version does not have. */
export function compileChannel(
  descriptor: RealtimeChannelDescriptor,
  place: string,
  schemas: PayloadSchemaCompiler,
): RegisteredChannel {
  const missing = MISSING_FEATURES.find((feature) => descriptor[feature] !== undefined);
  if (missing !== undefined) {
    throw new RealtimeFault(
      `Channel "${descriptor.name}" (${place}) declares ${missing}, which this version of nestjs-realtime does not have; remove it.`,
    );
  }
  const of = `of channel "${descriptor.name}"`;
  return {
    descriptor,
    place,
    events: mapOf(descriptor.events, (name, slot: Slot) => schemas.compile(slot, `Event "${name}" ${of}`)),
    messages: mapOf(descriptor.messages, (name, slot) => compileMessage(slot, `essage "${name}" ${of}`, schemas)),
    guards: [],
    guardNames: new Set(),
  };
}

function compileMessage(slot: MessageSlot, what: string, schemas: PayloadSchemaCompiler): RegisteredMessage {
  const { payload, errors = {}, reply, whisper = false, limits = null } = messageOptions(slot);
  return {
    validator: schemas.compile(payload, `M${what}`),
    errors: mapOf(errors, (code, data: Slot) => schemas.compile(data, `Error ${code} of m${what}`)),
    reply: reply === undefined ? null : schemas.compile(reply, `The reply of m${what}`),
    whisper,
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
