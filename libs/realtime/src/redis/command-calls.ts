// When has a command reached every node? When Redis says that each node that lives has got past it.
import { setTimeout } from 'node:timers/promises';
import type { Position } from '@nestjs-realtime/contract';
import { randomName } from '../broker/log-frame.js';
import type { BrokerNode, CommandOutcome, ControlCommand } from '../broker/realtime.broker.js';
import { encodedCommand } from './control-command.js';
import { WAITING } from './control-scripts.js';
import { writeEnvelope } from './envelope.js';
import type { EnvelopeMac } from './envelope-mac.js';
import { PUBLISH } from './log-scripts.js';
import { unavailable } from './publish-queue.js';
import { META_TTL, positionOf } from './redis-log.js';
import type { RedisCommands } from './redis-engine.js';
import { COMMANDS, type RedisNames } from './redis-names.js';

/** Newest commands that are kept for nodes that come back. */
const KEPT = 10_000;
/** Commands that wait for Redis. */
const MOST_UNSENT = 1_000;
const LONGEST_PAUSE = 50;

export class CommandCalls {
  private unsent: ControlCommand[] = [];

  constructor(
    private readonly node: Pick<BrokerNode, 'nodeId' | 'acknowledgeTimeout'>,
    private readonly link: RedisCommands,
    private readonly names: RedisNames,
    private readonly mac: EnvelopeMac | null,
  ) {}

  /** Rejects with `UNAVAILABLE` where Redis is away; then the command is sent when Redis is back. */
  async call(command: ControlCommand): Promise<CommandOutcome> {
    const end = performance.now() + this.node.acknowledgeTimeout;
    const position = await this.append(command);
    for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const outcome = await this.outcome(position);
      if (outcome.missing.length === 0 || performance.now() > end) return outcome;
      await setTimeout(pause);
    }
  }

  /** Sends what could not be sent before. */
  async flush(): Promise<void> {
    const { unsent } = this;
    this.unsent = [];
    for (const command of unsent) await this.append(command).catch(() => undefined);
  }

  private async append(command: ControlCommand): Promise<Position> {
    try {
      return await this.write(command);
    } catch (error) {
      if (this.unsent.length < MOST_UNSENT) this.unsent.push(command);
      throw unavailable('Redis has not taken a command for the other nodes', error);
    }
  }

  private async write(command: ControlCommand): Promise<Position> {
    const { meta, log, topic } = this.names.commands;
    const tag = randomName();
    const event = encodedCommand(command);
    const envelope = { kind: 'command' as const, node: this.node.nodeId, tag, sentAt: Date.now(), event, channels: [] };
    const text = writeEnvelope(envelope, COMMANDS, this.mac);
    const args = [this.link.publishCommand, META_TTL, 0, randomName(), tag, text, KEPT, META_TTL, '', 0, topic];
    const [reply] = (await this.link.run(PUBLISH, [meta, log, meta], args)) as string[];
    if (reply.startsWith('!')) throw new Error(reply.slice(1));
    return positionOf(reply)!;
  }

  private async outcome({ epoch, offset }: Position): Promise<CommandOutcome> {
    try {
      const reply = await this.link.run(WAITING, this.names.registry, [this.node.nodeId, epoch, offset]);
      const [acknowledged, missing] = reply as [string[], string[]];
      return { acknowledged, missing };
    } catch (error) {
      throw unavailable('Redis has not said which nodes have acted', error);
    }
  }
}
