// What does one case of the contract work with? Nodes on one engine, and a record of what each has heard.
import { setTimeout } from 'node:timers/promises';
import type { Position } from '@nestjs-realtime/contract';
import type {
  BrokerNode,
  BrokerSink,
  ControlCommand,
  IRealtimeBroker,
  LogTerms,
} from '../../broker/realtime.broker.js';
import type { EncodedEvent } from '../../connections/encoded-event.js';
import { type LogFrame, randomName } from '../../broker/log-frame.js';

/** Makes the broker of one more node, which is not started yet. All brokers that it makes share one engine. */
export type NewNode = () => IRealtimeBroker | Promise<IRealtimeBroker>;

/** What a node has heard, in order. */
export class HeardByNode implements BrokerSink {
  readonly frames: LogFrame[] = [];
  readonly events: EncodedEvent[] = [];
  readonly commands: ControlCommand[] = [];
  /** How long it acts on a command. */
  acting: Promise<void> | null = null;

  receive(frame: LogFrame): void {
    this.frames.push(frame);
  }

  deliver(event: EncodedEvent): void {
    this.events.push(event);
  }

  async act(command: ControlCommand): Promise<void> {
    this.commands.push(command);
    await this.acting;
  }

  async renewAll(): Promise<void> {}
  gone(): void {}
  rejoined(): void {}
}

/** A node that nothing else is known of. */
function namedNode(): BrokerNode {
  const nodeId = `contract-${randomName()}`;
  return { nodeId, acknowledgeTimeout: 5_000, report: () => `of ${nodeId}` };
}

export interface ContractNode {
  readonly nodeId: string;
  readonly broker: IRealtimeBroker;
  readonly heard: HeardByNode;
}

/** How a log is kept where a case does not care. */
export const TERMS: LogTerms = { size: 1_000, ttlMs: 60_000 };
const PATIENCE = 30_000;

export class ContractRun {
  private readonly started: IRealtimeBroker[] = [];

  constructor(
    private readonly make: NewNode,
    /** Whether a publish may be refused because another writer was faster. */
    private readonly isOptimistic: boolean,
  ) {}

  /** A channel that no other case has used. */
  channel(): string {
    return `contract.${randomName()}`;
  }

  async node(): Promise<ContractNode> {
    const broker = await this.make();
    this.started.push(broker);
    const heard = new HeardByNode();
    const node = namedNode();
    await broker.start(heard, node);
    return { nodeId: node.nodeId, broker, heard };
  }

  /** A broker of a process without clients. */
  async publisher(): Promise<IRealtimeBroker> {
    const broker = await this.make();
    this.started.push(broker);
    await broker.start(null, namedNode());
    return broker;
  }

  nodes(count: number): Promise<ContractNode[]> {
    return Promise.all(Array.from({ length: count }, () => this.node()));
  }

  /** Publishes while others write to the same log. */
  async append(broker: IRealtimeBroker, event: EncodedEvent): Promise<Position> {
    const terms = this.isOptimistic ? { ...TERMS, idempotencyKey: randomName() } : TERMS;
    for (const end = performance.now() + PATIENCE; ;) {
      try {
        return (await broker.publish(event, terms))!;
      } catch (error) {
        const isRefused = (error as { code?: unknown }).code === 'UNAVAILABLE';
        if (!this.isOptimistic || !isRefused || performance.now() > end) throw error;
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.started.map((broker) => broker.stop()));
  }
}

export function said(channel: string, n: number): EncodedEvent {
  return { channels: [channel], event: 'said', json: String(n) };
}

/** Resolves once it holds. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Not within ${PATIENCE} ms: ${what}`);
    await setTimeout(5);
  }
}

/** One promise of brokers. */
export interface ContractCase {
  readonly title: string;
  readonly run: (run: ContractRun) => Promise<void>;
}
