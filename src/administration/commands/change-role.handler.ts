// What does it mean to give or take a role? It is stored, it holds on every live connection of that user, and then it is told.
import { ConflictException, ForbiddenException, NotFoundException } from '@nestjs/common';
import { CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { IRealtimeRevocation } from 'nestjs-realtime';
import { RolesRepository, UsersService } from '../../users/index.js';
import { RoleChanged } from '../role-changed.event.js';
import { ChangeRole } from './change-role.js';

@CommandHandler(ChangeRole)
export class ChangeRoleHandler implements ICommandHandler<ChangeRole> {
  constructor(
    private readonly users: UsersService,
    private readonly roles: RolesRepository,
    private readonly revocation: IRealtimeRevocation,
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
    // The guard of the route has asked as well, but a moment ago.
    if (outcome === 'not permitted') throw new ForbiddenException('You need the permission users.manage.');
    if (outcome === 'last')
      throw new ConflictException('Nobody could manage users any more; give somebody the role first.');
    if (outcome === 'unchanged') return;
    // First the truth, then its effect: gate 1 reads the user's roles anew and gate 2 judges his subscriptions by them. Waiting for it
    // means that whoever lost the role does not hear what follows, and that the admin's answer says what already holds.
    await this.revocation.reauthorize({ userId });
    this.events.publish(new RoleChanged(userId, role, granted, by));
  }
}
