// How is the connection to Redis, since when, and why? Told to operators, and logged where it changes.
import { Logger } from '@nestjs/common';
import type { BrokerHealth } from '../broker/realtime.broker.js';
import { logLine } from '../instrumentation/log-text.js';

export class EngineHealth {
  private readonly logger = new Logger('Realtime');
  private state: BrokerHealth['state'] = 'joining';
  private since = new Date();
  private reason: string | undefined = 'not connected to Redis yet';

  constructor(private readonly nodeId: string) {}

  get current(): BrokerHealth {
    const { state, since, reason } = this;
    return { state, since, ...(reason !== undefined && { reason }) };
  }

  get isOk(): boolean {
    return this.state === 'ok';
  }

  ok(): void {
    if (this.isOk) return;
    if (this.state === 'degraded') this.logger.log(`Redis is back; node ${this.nodeId} has joined the others again.`);
    this.become('ok', undefined);
  }

  degraded(reason: string): void {
    if (this.state === 'ok') {
      this.logger.error(`Redis is away (${logLine(reason)}): node ${this.nodeId} serves its own clients only.`);
      this.become('degraded', reason);
    } else this.reason = reason;
  }

  /** Redis is there and cannot be used. */
  fault(fault: string): void {
    if (this.reason !== fault) this.logger.error(logLine(fault));
    this.reason = fault;
  }

  warn(warning: string): void {
    this.logger.warn(logLine(warning));
  }

  private become(state: BrokerHealth['state'], reason: string | undefined): void {
    this.state = state;
    this.since = new Date();
    this.reason = reason;
  }
}
