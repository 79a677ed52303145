// What happens when a role is given or taken? It is stored, applied to every live connection of that user, and then published.
import { ConflictException, ForbiddenException, NotFoundException } from '@nestjs/common';
import { CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { IRealtimeConnections } from 'nestjs-realtime';
import { RolesRepository, UsersService } from '../../users/index.js';
import { RoleChanged } from '../role-changed.event.js';
import { ChangeRole } from './change-role.js';

@CommandHandler(ChangeRole)
export class ChangeRoleHandler implements ICommandHandler<ChangeRole> {
  constructor(
    private readonly users: UsersService,
    private readonly roles: RolesRepository,
    private readonly connections: IRealtimeConnections,
    private readonly events: EventBus,
  ) {}

  async execute({ userId, role, granted, by }: ChangeRole): Promise<void> {
    if (!granted && role === 'admin' && userId === by.id) {
      throw new ConflictException('You cannot take the role admin away from yourself; another admin can.');
    }
    if (!(await this.users.find(userId))) throw new NotFoundException('There is no such user.');
    const roles = await this.roles.list();
    if (!roles.some(({ name }) => name === role)) throw new NotFoundException('There is no such role.');

    const outcome = await this.roles.change({ userId, role, granted, byId: by.id });
    // The guard of the route has checked this too, but the admin's rights may have changed since.
    if (outcome === 'not permitted') throw new ForbiddenException('You need the permission users.manage.');
    if (outcome === 'last')
      throw new ConflictException('No user could manage users any more; give another user the role first.');
    if (outcome === 'unchanged') return;
    // The role is stored first: now gate 1 reads the user's roles again, and gate 2 checks their subscriptions by them. The event waits
    // for that, so a user who lost the role does not receive it, and the admin gets the answer once the change has taken effect.
    await this.connections.reauthorize({ userId });
    this.events.publish(new RoleChanged(userId, role, granted, by));
  }
}
