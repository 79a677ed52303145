// How does a command reach every node over NATS? Through a stream that each node reads in order; who lives, a second stream knows.
import {
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import type { BrokerNode, BrokerSink, CommandOutcome, ControlCommand } from 'nestjs-realtime/adapters';
import * as names from './nats-names.js';
import { commandIn } from './nats-record.js';

/** How often a node tells that it lives, in milliseconds. */
const BEAT = 2_000;

export class NatsCommands {
  private messages: ConsumerMessages | null = null;
  private timer: NodeJS.Timeout | undefined;
  /** Sequence of the newest command that this node has seen. */
  private position = 0;

  constructor(
    private readonly node: Pick<BrokerNode, 'nodeId' | 'acknowledgeTimeout'>,
    private readonly nc: NatsConnection,
    private readonly js: JetStreamClient,
    private readonly jsm: JetStreamManager,
  ) {}

  /** From now on this node hears commands, and the others wait for it. */
  async listen(sink: BrokerSink): Promise<void> {
    this.position = (await this.jsm.streams.info(names.COMMANDS)).state.last_seq;
    await this.follow(sink);
    this.timer = setInterval(() => void this.beat().catch(() => undefined), BEAT).unref();
  }

  /** Reads on where this node has stopped. */
  async follow(sink: BrokerSink): Promise<void> {
    this.messages?.stop();
    const from = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: this.position + 1 };
    const consumer = await this.js.consumers.get(names.COMMANDS, from);
    this.messages = await consumer.consume({ callback: (message) => this.take(message, sink) });
    await this.beat();
  }

  async call(command: ControlCommand): Promise<CommandOutcome> {
    const missing = new Set(await this.others());
    const acknowledged: string[] = [];
    const answers = `_INBOX.${crypto.randomUUID()}`;
    let heard: Subscription | null = null;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, this.node.acknowledgeTimeout).unref();
      const check = (): void => {
        if (missing.size > 0) return;
        clearTimeout(timer);
        resolve();
      };
      heard = this.nc.subscribe(answers, {
        callback: (_, message) => {
          const node = message.string();
          if (missing.delete(node)) acknowledged.push(node);
          check();
        },
      });
      const body = JSON.stringify({ node: this.node.nodeId, answers, command });
      this.js.publish(names.command, body, { retries: 0 }).then(check, reject);
    }).finally(() => heard?.unsubscribe());
    return { acknowledged, missing: [...missing] };
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    if (this.messages === null) return;
    await this.messages.close();
    await this.jsm.streams.purge(names.NODES, { filter: names.node(this.node.nodeId) });
  }

  private async others(): Promise<string[]> {
    const { state } = await this.jsm.streams.info(names.NODES, { subjects_filter: '>' });
    return Object.keys(state.subjects ?? {})
      .map(names.nodeOf)
      .filter((id) => id !== this.node.nodeId);
  }

  private take(message: JsMsg, sink: BrokerSink): void {
    if (message.seq <= this.position) return;
    this.position = message.seq;
    const found = commandIn(message.string());
    if (found === null || found.node === this.node.nodeId) return;
    void sink.act(found.command).then(() => this.nc.publish(found.answers, this.node.nodeId));
  }

  private async beat(): Promise<void> {
    await this.js.publish(names.node(this.node.nodeId), '', { retries: 0 });
  }
}
