// Which pages are notified of a changed role? Every open page of an admin, and every page of the user concerned.
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { IRealtimeBroadcaster } from 'nestjs-realtime';
import { accountChannel } from './realtime/account.channel.js';
import { administrationChannel } from './realtime/administration.channel.js';
import { RoleChanged } from './role-changed.event.js';

@EventsHandler(RoleChanged)
export class RoleChangedListener implements IEventHandler<RoleChanged> {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}

  async handle({ userId, role, granted, by }: RoleChanged): Promise<void> {
    const change = { userId, role, granted, by: by.name };
    await this.realtime.broadcast(accountChannel.with({ userId }), 'roleChanged', change);
    await this.realtime.broadcast(administrationChannel, 'roleChanged', change);
  }
}
