// What does one node do when rights or subscriptions of a party change? The same, whichever node the change comes from.
import { Injectable } from '@nestjs/common';
import type { ControlCommand } from '../broker/realtime.broker.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import type { LiveConnection } from '../connections/live.connection.js';
import type { RealtimeException } from '../realtime.exception.js';
import { PresenceChannels } from '../presence/presence.channels.js';
import { Renewal } from '../revocation/authority.renewal.js';
import { ANY_CHANNEL, RevocationLedger } from '../revocation/revocation.ledger.js';
import { AutoSubscriptions } from './auto.subscriptions.js';
import { UserConnections } from './user.connections.js';
import { type Denial, ServerSubscriptions } from './server.subscriptions.js';

/** Time for a re-authorization, in milliseconds. Subscriptions that are not confirmed within it are evicted; the client may try again. */
const ON_DEMAND = 1_000;
/** Connections that are renewed at once where all of them are. */
const AT_ONCE = 32;

@Injectable()
export class ConnectionActs {
  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly ledger: RevocationLedger,
    private readonly renewal: Renewal,
    private readonly subscriptions: ServerSubscriptions,
    private readonly auto: AutoSubscriptions,
    private readonly users: UserConnections,
    private readonly presence: PresenceChannels,
  ) {}

  /** Resolves when the effect holds on this node, with the refusal of a connection that gate 2 did not let into the channel. Never rejects. */
  async act(command: ControlCommand): Promise<RealtimeException | null> {
    switch (command.kind) {
      case 'subscribe':
        return this.subscribe(command);
      case 'unsubscribe':
        this.unsubscribe(command);
        break;
      case 'reauthorize':
        await this.reauthorize(command);
        break;
      case 'member':
        this.presence.own.in(command.channel!)?.update(command.party.userId!, command.data);
        break;
      case 'displace':
        for (const connection of this.directory.of(command.party)) this.users.close(connection);
        break;
      case 'disconnect':
        this.ledger.record('revoked', command.party);
        for (const connection of this.directory.of(command.party)) {
          connection.goodbye({ code: 'REVOKED', reconnect: false });
        }
        this.endGrace(command);
        if (command.party.userId !== undefined) this.presence.own.online.endGrace(command.party.userId);
    }
    return null;
  }

  /** Checks the rights of every connection of this node. Never rejects. */
  async renewAll(): Promise<void> {
    this.ledger.record('stale', {});
    const waiting = this.directory.all();
    const renewNext = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await this.renew(next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, renewNext));
  }

  private async subscribe({ party, channel }: ControlCommand): Promise<RealtimeException | null> {
    // One that is not established yet has not been welcomed, and no hook has named it.
    const open = this.directory.of(party).filter(({ established }) => established);
    const denials = await Promise.all(open.map((connection) => this.subscribeOne(connection, channel!)));
    return denials.find((each) => each !== null)?.refusal ?? null;
  }

  private unsubscribe({ party, channel }: ControlCommand): void {
    for (const connection of this.directory.of(party)) {
      this.auto.leave(connection, channel);
      for (const subscribed of channel === undefined ? [...connection.subscriptions.keys()] : [channel]) {
        this.renewal.revoke(connection, subscribed);
      }
    }
    this.ledger.record('revoked', { ...party, channel: channel ?? ANY_CHANNEL });
    this.endGrace({ party, channel });
  }

  /** Who has lost their connections a moment ago is a member still. Which session they had is not known any more. */
  private endGrace({ party, channel }: Pick<ControlCommand, 'party' | 'channel'>): void {
    const { own } = this.presence;
    if (party.userId === undefined) return;
    own.endGrace(party.userId, channel);
  }

  private async reauthorize({ party, channel }: ControlCommand): Promise<void> {
    this.ledger.record('stale', { ...party, channel });
    const concerned = this.directory
      .of(party)
      .filter(
        (connection) =>
          channel === undefined ||
          connection.subscriptions.has(channel) ||
          this.auto.missing(connection).includes(channel),
      );
    await Promise.all(concerned.map((connection) => this.renew(connection)));
  }

  private async renew(connection: LiveConnection): Promise<void> {
    this.renewal.evictUnproven(connection, await this.renewal.renew(connection, ON_DEMAND));
    await this.auto.regain(connection);
  }

  private async subscribeOne(connection: LiveConnection, channel: string): Promise<Denial | null> {
    this.auto.rejoin(connection, channel);
    const denial = await this.subscriptions.subscribe(connection, channel);
    if (denial !== null) this.subscriptions.record(connection, channel, denial);
    return denial;
  }
}
