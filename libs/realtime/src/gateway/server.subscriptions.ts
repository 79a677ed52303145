// How does the server subscribe a connection? Through gate 2 and the limits, as if the client had asked for it.
import { Injectable } from '@nestjs/common';
import type { LiveConnection } from '../connections/live.connection.js';
import { RefusalLog } from '../guards/refusal.log.js';
import type { RealtimeException } from '../realtime.exception.js';
import { Admissions } from './channel.admissions.js';
import { ChannelRoster } from './channel.roster.js';

@Injectable()
export class ServerSubscriptions {
  constructor(
    private readonly admissions: Admissions,
    private readonly roster: ChannelRoster,
    private readonly refusals: RefusalLog,
  ) {}

  /** Resolves with the refusal of gate 2, or null once the connection is subscribed. One that ends is neither. Never rejects. */
  subscribe(connection: LiveConnection, channel: string): Promise<RealtimeException | null> {
    if (isEnding(connection) || connection.subscriptions.has(channel)) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.admissions.decide(connection, new Set([channel]), 'server', (verdicts) => {
        const verdict = verdicts.get(channel)!;
        if (isEnding(connection)) return resolve(null);
        if ('match' in verdict) {
          this.roster.enter(connection, verdict.match, 'server');
          return resolve(null);
        }
        this.refusals.record(verdict.refusal, { gate: 'subscribe', connection, channel, match: verdict.refused });
        resolve(verdict.refusal);
      });
    });
  }
}

function isEnding({ closed, isDeparting }: LiveConnection): boolean {
  return closed || isDeparting;
}
