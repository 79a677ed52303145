// How does an application end or check connections and subscriptions at once, on all nodes, when rights have changed?
import { Injectable } from '@nestjs/common';
import { BrokerCounts } from '../broker/broker.counts.js';
import { type CommandOutcome, type ControlCommand, IRealtimeBroker } from '../broker/realtime.broker.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { CallerContext } from '../connections/caller.context.js';
import { concreteChannel } from '../connections/channel-target.js';
import type { Party, Who } from '../connections/party.js';
import { IRealtimeConnections } from '../connections/realtime.connections.js';
import { RealtimeException, RealtimeFault } from '../realtime.exception.js';
import { ConnectionActs } from './connection.acts.js';

@Injectable()
export class ConnectionControl extends IRealtimeConnections {
  constructor(
    private readonly caller: CallerContext,
    private readonly registry: HandlerRegistry,
    private readonly acts: ConnectionActs,
    private readonly broker: IRealtimeBroker,
    private readonly counts: BrokerCounts,
  ) {
    super();
  }

  override async subscribe(who: Who, target: unknown): Promise<void> {
    await this.everywhere({ kind: 'subscribe', party: this.partyOf(who), channel: this.nameOf(target) });
  }

  override async unsubscribe(who: Who, target?: unknown): Promise<void> {
    await this.everywhere({ kind: 'unsubscribe', ...this.meant(who, target) });
  }

  override async reauthorize(who: Who, target?: unknown): Promise<void> {
    await this.everywhere({ kind: 'reauthorize', ...this.meant(who, target) });
  }

  override async disconnect(who: Who): Promise<void> {
    await this.everywhere({ kind: 'disconnect', party: this.partyOf(who) });
  }

  /** This node and the others act at the same time. */
  private async everywhere(command: ControlCommand): Promise<void> {
    const own = this.acts.act(command);
    const elsewhere = this.broker.isLocal ? null : this.elsewhere(command);
    elsewhere?.catch(() => undefined);
    const refusal = await own;
    const missingNodes = (await elsewhere)?.missing ?? [];
    if (missingNodes.length > 0) throw new RealtimeException('UNAVAILABLE', { missingNodes });
    if (refusal !== null) throw refusal;
  }

  private async elsewhere(command: ControlCommand): Promise<CommandOutcome> {
    const { times } = this.counts;
    const begin = times === null ? 0 : performance.now();
    const outcome = await this.broker.command(command);
    times?.acknowledged((performance.now() - begin) / 1e3);
    this.counts.missingNodes += outcome.missing.length;
    return outcome;
  }

  private meant(who: Who, target: unknown): { readonly party: Party; readonly channel?: string } {
    const party = this.partyOf(who);
    return target === undefined ? { party } : { party, channel: this.nameOf(target) };
  }

  private partyOf(who: Who): Party {
    return this.caller.demand(who, (problem) => new RealtimeFault(problem));
  }

  /** @throws RealtimeFault for what names no concrete channel of this application: no connection can be subscribed to it. */
  private nameOf(target: unknown): string {
    const { descriptor, name } = concreteChannel(target, (problem) => new RealtimeFault(problem));
    if (this.registry.get(descriptor) !== undefined) return name;
    throw new RealtimeFault(
      `Channel "${descriptor.name}" is not registered; add it to RealtimeModule.forFeature([...]) or provide its @RealtimeChannel class.`,
    );
  }
}
