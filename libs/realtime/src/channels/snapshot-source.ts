// How is the state of a channel supplied? One call of the application's method; its answer is validated, stripped and encoded as an event is.
import { AsyncResource } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import type { ChannelAddress, RefusalCode } from '@nestjs-realtime/contract';
import type { LoggedEvent } from '../connections/encoded-event.js';
import type { RegisteredChannel, SnapshotSource } from '../connections/registered-channel.js';
import { repeatedInternalError } from '../instrumentation/internal-error.js';
import { whyInvalid } from '../instrumentation/invalid-payload.js';
import type { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { refusalOfHandler } from '../instrumentation/refusal-of.js';
import { withSpan } from '../instrumentation/with-span.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';
import { type RealtimeException, RealtimeFault } from '../realtime.exception.js';
import { missingSnapshotFault } from './snapshot.faults.js';

/** The event that carries the state. */
const SNAPSHOT_EVENT = 'snapshot';

/** What a method may say instead of a state. Denials are not among them: one answer serves all, and guards decide who may subscribe. */
const TOLD: ReadonlySet<string> = new Set<RefusalCode>(['UNAVAILABLE', 'OVERLOADED', 'RATE_LIMITED']);

const logger = new Logger('Realtime');
/** One answer serves many, so the method must not find the request of the first of them in the asynchronous context. */
const ownContext = new AsyncResource('Snapshot');

/** The source of a channel that declares a snapshot. */
export function snapshotSource(
  place: string,
  { descriptor, snapshot }: Pick<RegisteredChannel, 'descriptor' | 'snapshot'>,
  tracer: IRealtimeTracer,
  method: (channel: ChannelAddress) => unknown,
): SnapshotSource {
  const { name } = descriptor;
  const options = { op: 'realtime-snapshot', name: `realtime-snapshot ${name}`, attributes: { channel: name } };
  const ask = withSpan(tracer, options, async (channel: ChannelAddress): Promise<LoggedEvent> => {
    const state = await method(channel);
    return { event: SNAPSHOT_EVENT, json: await encoded(state, snapshot!.validator, place) };
  });
  const supply = async (channel: ChannelAddress): Promise<LoggedEvent> => {
    try {
      return await ask(channel);
    } catch (error) {
      throw refusalOf(error, name);
    }
  };
  return { place, supply: (channel) => ownContext.runInAsyncScope(supply, null, channel) };
}

/** The source of a channel that was registered without one after the boot. */
export function absentSource(descriptor: RegisteredChannel['descriptor'], place: string): SnapshotSource {
  const fault = new RealtimeFault(missingSnapshotFault(descriptor.name, place));
  return { place, supply: () => Promise.reject(refusalOf(fault, descriptor.name)) };
}

async function encoded(state: unknown, validator: PayloadValidator, place: string): Promise<string | undefined> {
  try {
    return JSON.stringify(await validator.strip(state));
  } catch (error) {
    throw new RealtimeFault(`${place} returned a state that is invalid: ${whyInvalid(error)}`, { cause: error });
  }
}

function refusalOf(error: unknown, template: string): RealtimeException {
  const refusal = refusalOfHandler(error);
  if (refusal !== null && TOLD.has(refusal.code)) return refusal;
  return repeatedInternalError(logger, `realtime-snapshot: channel ${template}`, error);
}
