// How does an application end or check connections and subscriptions at once, when rights have changed?
import { Injectable } from '@nestjs/common';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { CallerContext } from '../connections/caller.context.js';
import { concreteChannel } from '../connections/channel-target.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import type { LiveConnection } from '../connections/live.connection.js';
import type { Party, Who } from '../connections/party.js';
import { IRealtimeConnections } from '../connections/realtime.connections.js';
import { RealtimeFault } from '../realtime.exception.js';
import { Renewal } from '../revocation/authority.renewal.js';
import { ANY_CHANNEL, RevocationLedger } from '../revocation/revocation.ledger.js';
import { AutoSubscriptions } from './auto.subscriptions.js';
import { type Denial, ServerSubscriptions } from './server.subscriptions.js';

/** Time for a re-authorization, in milliseconds. Subscriptions that are not confirmed within it are evicted; the client may try again. */
const ON_DEMAND = 1_000;

@Injectable()
export class ConnectionControl extends IRealtimeConnections {
  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly ledger: RevocationLedger,
    private readonly renewal: Renewal,
    private readonly caller: CallerContext,
    private readonly registry: HandlerRegistry,
    private readonly subscriptions: ServerSubscriptions,
    private readonly auto: AutoSubscriptions,
  ) {
    super();
  }

  override async subscribe(who: Who, target: unknown): Promise<void> {
    const party = this.partyOf(who);
    const name = this.nameOf(target);
    // One that is not established yet has not been welcomed, and no hook has named it.
    const open = this.directory.of(party).filter(({ established }) => established);
    const denials = await Promise.all(open.map((connection) => this.subscribeOne(connection, name)));
    const denial = denials.find((each) => each !== null);
    if (denial) throw denial.refusal;
  }

  override async unsubscribe(who: Who, target?: unknown): Promise<void> {
    const party = this.partyOf(who);
    const name = target === undefined ? undefined : this.nameOf(target);
    for (const connection of this.directory.of(party)) {
      this.auto.leave(connection, name);
      for (const subscribed of name === undefined ? [...connection.subscriptions.keys()] : [name]) {
        this.renewal.revoke(connection, subscribed);
      }
    }
    this.ledger.record('revoked', { ...party, channel: name ?? ANY_CHANNEL });
  }

  override async reauthorize(who: Who, target?: unknown): Promise<void> {
    const party = this.partyOf(who);
    const name = target === undefined ? undefined : this.nameOf(target);
    this.ledger.record('stale', { ...party, channel: name });
    const concerned = this.directory
      .of(party)
      .filter(
        (connection) =>
          name === undefined || connection.subscriptions.has(name) || this.auto.missing(connection).includes(name),
      );
    await Promise.all(
      concerned.map(async (connection) => {
        this.renewal.evictUnproven(connection, await this.renewal.renew(connection, ON_DEMAND));
        await this.auto.regain(connection);
      }),
    );
  }

  override async disconnect(who: Who): Promise<void> {
    const party = this.partyOf(who);
    this.ledger.record('revoked', party);
    for (const connection of this.directory.of(party)) connection.goodbye({ code: 'REVOKED', reconnect: false });
  }

  private async subscribeOne(connection: LiveConnection, channel: string): Promise<Denial | null> {
    this.auto.rejoin(connection, channel);
    const denial = await this.subscriptions.subscribe(connection, channel);
    if (denial !== null) this.subscriptions.record(connection, channel, denial);
    return denial;
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
