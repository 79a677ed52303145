// Which limits hold for one message? The server's, its channel's and its own: the tightest of them.
import { Injectable } from '@nestjs/common';
import type { MessageLimits } from '@nestjs-realtime/contract';
import type { LiveConnection } from '../connections/live.connection.js';
import type { RegisteredChannel, RegisteredMessage } from '../connections/registered-channel.js';
import type { ShapeLimits } from '../payloads/payload-shape.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';

/** A bucket that a connection has for a channel or for a message. */
interface Rate {
  readonly owner: object;
  readonly perSecond: number;
  readonly burst: number;
}

interface Limits {
  readonly shape: ShapeLimits;
  /** The buckets that a message takes a token from, beside that of the connection. */
  readonly rates: readonly Rate[];
}

/** Limits of messages, computed when a message first arrives. */
@Injectable()
export class DeclaredLimits {
  private readonly known = new WeakMap<RegisteredMessage, Limits>();

  constructor(private readonly options: RealtimeOptions) {}

  /** Takes a token for the message. @throws RealtimeException `RATE_LIMITED` if its channel or the message itself has none left. */
  spend(connection: LiveConnection, channel: RegisteredChannel, message: RegisteredMessage): ShapeLimits {
    if (channel.descriptor.limits === undefined && message.limits === null) return this.options.limits;
    const { shape, rates } = this.of(channel, message);
    for (const { owner, perSecond, burst } of rates) {
      const retryAfter = connection.spendOn(owner, perSecond, burst);
      if (retryAfter > 0) throw new RealtimeException('RATE_LIMITED', { retryAfter });
    }
    return shape;
  }

  private of(channel: RegisteredChannel, message: RegisteredMessage): Limits {
    const known = this.known.get(message);
    if (known !== undefined) return known;
    const { limits } = this.options;
    const { limits: ofChannel } = channel.descriptor;
    const { limits: ofMessage } = message;
    const computed: Limits = {
      shape: {
        payloadBytes: tightest(limits.payloadBytes, ofChannel?.payloadBytes, ofMessage?.payloadBytes),
        payloadDepth: tightest(limits.payloadDepth, ofChannel?.payloadDepth),
        payloadKeys: tightest(limits.payloadKeys, ofChannel?.payloadKeys),
      },
      rates: [...rateOf(channel, ofChannel), ...rateOf(message, ofMessage)],
    };
    this.known.set(message, computed);
    return computed;
  }
}

function tightest(...limits: readonly (number | undefined)[]): number {
  return Math.min(...limits.map((limit) => limit ?? Infinity));
}

function rateOf(owner: object, limits: MessageLimits | null | undefined): Rate[] {
  if (limits?.messagesPerSecond === undefined && limits?.messageBurst === undefined) return [];
  const perSecond = limits.messagesPerSecond ?? limits.messageBurst! / 2;
  return [{ owner, perSecond, burst: limits.messageBurst ?? Math.max(1, 2 * perSecond) }];
}
