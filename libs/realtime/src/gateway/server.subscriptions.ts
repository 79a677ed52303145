// How does the server subscribe a connection? Through gate 2 and the limits, as if the client had asked for it.
import { Injectable } from '@nestjs/common';
import type { LiveConnection } from '../connections/live.connection.js';
import { RefusalLog } from '../guards/refusal.log.js';
import type { Verdict } from './admission-candidate.js';
import { Admissions } from './channel.admissions.js';
import { ChannelRoster } from './channel.roster.js';

/** The refusal of gate 2, and the channel that it concerns. */
export type Denial = Extract<Verdict, { readonly refusal: unknown }>;

@Injectable()
export class ServerSubscriptions {
  constructor(
    private readonly admissions: Admissions,
    private readonly roster: ChannelRoster,
    private readonly refusals: RefusalLog,
  ) {}

  /**
   * Resolves with the denial of gate 2, which the caller records, or null once the connection is subscribed. One that ends is neither.
   * Never rejects.
   */
  subscribe(connection: LiveConnection, channel: string): Promise<Denial | null> {
    if (isEnding(connection) || connection.subscriptions.has(channel)) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.admissions.decide(connection, new Map([[channel, undefined]]), 'server', (verdicts) => {
        const verdict = verdicts.get(channel)!;
        if (isEnding(connection)) return resolve(null);
        if ('match' in verdict) {
          this.roster.enter(connection, verdict, 'server');
          return resolve(null);
        }
        resolve(verdict);
      });
    });
  }

  record(connection: LiveConnection, channel: string, { refusal, refused }: Denial): void {
    this.refusals.record(refusal, { gate: 'subscribe', connection, channel, match: refused });
  }
}

function isEnding({ closed, isDeparting }: LiveConnection): boolean {
  return closed || isDeparting;
}
