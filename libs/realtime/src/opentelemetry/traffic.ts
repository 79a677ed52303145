// What has passed through the layer? All counts that are derived from hooks.
import { type ChannelAddress, messageOptions } from '@nestjs-realtime/contract';
import type { BatchObservableResult, Histogram, Meter, Observable } from '@opentelemetry/api';
import { isRefusalCode } from '../realtime.exception.js';
import type { RealtimeHooks } from '../realtime.hooks.js';
import { Tally } from './tally.js';

/** Seconds. */
const BOUNDARIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Labels are names and codes that the application declares and codes of the protocol, so that no client can invent one. */
export class Traffic {
  private readonly messages = new Tally(['channel', 'event', 'code']);
  private readonly broadcasts = new Tally(['channel', 'event']);
  private readonly deliveries = new Tally(['channel', 'event']);
  private readonly refusals = new Tally(['gate', 'code']);
  private readonly overflows = new Tally(['policy', 'channel']);
  private readonly bridged = new Tally(['channel', 'event', 'outcome']);
  private readonly counters: readonly (readonly [Observable, Tally<string>])[];
  private readonly duration: Histogram;

  constructor(meter: Meter) {
    const counter = (name: string, unit: string, description: string): Observable =>
      meter.createObservableCounter(`realtime.server.${name}`, { unit, description });
    this.counters = [
      [
        counter('messages', '{message}', 'Messages of clients that were answered, by code; OK is success'),
        this.messages,
      ],
      [counter('broadcasts', '{broadcast}', 'Broadcasts that have passed gate 4'), this.broadcasts],
      [counter('deliveries', '{delivery}', 'Members on this node to which broadcasts were sent'), this.deliveries],
      [counter('refusals', '{refusal}', 'Refusals, by gate and code'), this.refusals],
      [
        counter('overflows', '{overflow}', 'Slow clients that were disconnected or missed an event, by policy'),
        this.overflows,
      ],
      [counter('bridge.events', '{event}', 'Domain events handled by entries of the bus bridge'), this.bridged],
    ];
    this.duration = meter.createHistogram('realtime.server.handler.duration', {
      unit: 's',
      description: 'From the start of gate 3 to the answer of a message',
      advice: { explicitBucketBoundaries: BOUNDARIES },
    });
  }

  get instruments(): Observable[] {
    return this.counters.map(([instrument]) => instrument);
  }

  observe(result: BatchObservableResult): void {
    for (const [instrument, tally] of this.counters) tally.observe(result, instrument);
  }

  /** Listens from now on; call the result to stop. */
  listen(hooks: RealtimeHooks): () => void {
    const ends = [
      hooks.on('handled', ({ channel, message, code, durationMs }) => {
        const { descriptor } = channel;
        // The client chose the name of a message that the channel does not declare.
        const declared = Object.hasOwn(descriptor.messages, message) ? message : undefined;
        this.messages.add(1, descriptor.name, declared, code === null ? 'OK' : codeLabel(code, channel, message));
        if (declared === undefined) return;
        this.duration.record(durationMs / 1e3, { 'realtime.channel': descriptor.name, 'realtime.event': declared });
      }),
      hooks.on('broadcast', ({ channel: { descriptor }, event, recipients }) => {
        this.broadcasts.add(1, descriptor.name, event);
        this.deliveries.add(recipients, descriptor.name, event);
      }),
      hooks.on('refused', ({ gate, code, channel, message }) => {
        this.refusals.add(1, gate, codeLabel(code, channel, message));
      }),
      hooks.on('overflowed', ({ channel, policy }) => this.overflows.add(1, policy, channel?.descriptor.name)),
      hooks.on('bridged', ({ descriptor, event, channels, error }) => {
        const outcome = error !== null ? 'failed' : channels.length === 0 ? 'skipped' : 'forwarded';
        this.bridged.add(1, descriptor.name, event, outcome);
      }),
    ];
    return () => ends.forEach((end) => end());
  }
}

/** Undefined for a code that is neither of the protocol nor declared by the message: it must not add a series. */
function codeLabel(code: string, channel: ChannelAddress | null, message: string | null): string | undefined {
  if (isRefusalCode(code)) return code;
  const messages = channel?.descriptor.messages;
  if (messages === undefined || message === null || !Object.hasOwn(messages, message)) return undefined;
  return Object.hasOwn(messageOptions(messages[message]).errors ?? {}, code) ? code : undefined;
}
