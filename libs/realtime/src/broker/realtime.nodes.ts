// Which other nodes are there, and what does this one tell them? Asked by pages for operators, over the broker.
import { Injectable } from '@nestjs/common';
import { THIS_COPY } from '../package-copy.js';
import { RealtimeOptions } from '../realtime.options.js';
import { type BrokerNode, IRealtimeBroker, type LiveNode, LONGEST_REPORT } from './realtime.broker.js';

@Injectable()
export class RealtimeNodes implements BrokerNode {
  readonly nodeId: string;
  readonly acknowledgeTimeout: number;
  /** Of this library; null where a bundle hides it. */
  readonly version = THIS_COPY.version;
  private make: () => string = () => '';

  constructor(
    { nodeId, acknowledgeTimeout }: RealtimeOptions,
    private readonly broker: IRealtimeBroker,
  ) {
    this.nodeId = nodeId;
    this.acknowledgeTimeout = acknowledgeTimeout;
  }

  /** From now on `make` says what the other nodes are told: text for operators. It is called every few seconds, while a node asks. */
  tell(make: () => string): void {
    this.make = make;
  }

  /**
   * All nodes that live, this one included. Empty where the broker cannot tell, and where the engine is away.
   *
   * Security note: reports are what other processes have written.
   */
  async ask(): Promise<readonly LiveNode[]> {
    try {
      return (await this.broker.nodes?.()) ?? [];
    } catch {
      return [];
    }
  }

  report(): string {
    try {
      const report = this.make();
      return report.length <= LONGEST_REPORT ? report : '';
    } catch {
      return '';
    }
  }
}
