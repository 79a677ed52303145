// Which recorded broadcasts does an assertion look for, and how does its message describe them?
import type { AnyChannel, ChannelAddress, EventNameOf, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { RecordedBroadcast } from '../broadcast/recorded-broadcast.js';
import { RealtimeFault } from '../realtime.exception.js';
import { isMatcher, type Matcher, payloadMatches } from './payload-match.js';

/** One concrete channel, by its address or name; or every channel of a descriptor. */
export type BroadcastTarget<Channel extends AnyChannel = RealtimeChannelDescriptor> =
  ChannelAddress<Channel> | Channel | string;

const MAX_LINES = 20;
const MAX_PAYLOAD_LENGTH = 200;

/** The broadcasts that an assertion looks for. */
export class BroadcastQuery<Channel extends AnyChannel> {
  private readonly expectsPayload: boolean;
  private readonly payload: unknown;

  /** @throws RealtimeFault for an event that the channel does not declare: its absence would prove nothing. */
  constructor(
    private readonly target?: BroadcastTarget<Channel>,
    private readonly event?: EventNameOf<Channel>,
    ...payload: unknown[]
  ) {
    this.expectsPayload = payload.length > 0;
    [this.payload] = payload;
    const descriptor = this.descriptor;
    if (descriptor && event !== undefined && !Object.hasOwn(descriptor.events, event)) {
      const declared = Object.keys(descriptor.events).join(', ') || 'none';
      throw new RealtimeFault(`Channel "${descriptor.name}" declares no event "${event}" (${declared}).`);
    }
  }

  matches({ channel, event, payload }: RecordedBroadcast): boolean {
    return (
      this.matchesChannel(channel) &&
      (this.event === undefined || event === this.event) &&
      (!this.expectsPayload || payloadMatches(payload, this.payload))
    );
  }

  /** `broadcast of "shipped" on orders.42 with {"at":"today"}`. */
  toString(): string {
    const event = this.event === undefined ? '' : ` of "${this.event}"`;
    const channel = this.target === undefined ? '' : ` on ${nameOf(this.target)}`;
    return `broadcast${event}${channel}${this.expectsPayload ? ` with ${print(this.payload)}` : ''}`;
  }

  private matchesChannel(channel: string): boolean {
    const { target, descriptor } = this;
    if (target === undefined) return true;
    return target === descriptor ? descriptor.template.matches(channel) : nameOf(target) === channel;
  }

  private get descriptor(): RealtimeChannelDescriptor | undefined {
    const { target } = this;
    if (typeof target !== 'object') return undefined;
    return 'descriptor' in target ? target.descriptor : target;
  }
}

/** The newest broadcasts, one per line. */
export function listBroadcasts(broadcasts: readonly RecordedBroadcast[]): string {
  const lines = broadcasts
    .slice(-MAX_LINES)
    .map(({ channel, event, payload }) => `  ${channel} ${event} ${print(payload)}`);
  const older = broadcasts.length - lines.length;
  return [...(older > 0 ? [`  (${older} older)`] : []), ...lines].join('\n');
}

function nameOf(target: BroadcastTarget): string {
  return typeof target === 'string' ? target : target.name;
}

function print(payload: unknown): string {
  const text = inJSON(payload);
  return text.length > MAX_PAYLOAD_LENGTH ? `${text.slice(0, MAX_PAYLOAD_LENGTH)}…` : text;
}

/** Matchers of test runners are printed by their names. */
function inJSON(payload: unknown): string {
  try {
    return (
      JSON.stringify(payload, (_key, value: unknown) => (isMatcher(value) ? nameOfMatcher(value) : value)) ??
      String(payload)
    );
  } catch {
    return String(payload);
  }
}

function nameOfMatcher(matcher: Matcher): string {
  return matcher.toAsymmetricMatcher?.() ?? `${matcher.toString()}<${String(matcher.sample)}>`;
}
