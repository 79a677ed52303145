// How does an admin give and take roles? A role of a user is a resource: PUT gives it, DELETE takes it away.
import { Controller, Delete, Get, HttpCode, Param, Put, UseGuards, UsePipes } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CurrentUser, Permissions, PermissionsGuard, SessionGuard } from '../auth/index.js';
import { type Role, RolesRepository, type User, UsersService } from '../users/index.js';
import { ValidBody } from '../valid-body.pipe.js';
import { Assignment } from './assignment.js';
import { ChangeRole } from './commands/change-role.js';

@Controller('administration')
@UseGuards(SessionGuard, PermissionsGuard)
@Permissions(['users.manage'])
@UsePipes(ValidBody)
export class AdministrationController {
  constructor(
    private readonly commands: CommandBus,
    private readonly users: UsersService,
    private readonly roles: RolesRepository,
  ) {}

  @Get('users')
  listUsers(): Promise<User[]> {
    return this.users.list();
  }

  @Get('roles')
  listRoles(): Promise<Role[]> {
    return this.roles.list();
  }

  @Put('users/:userId/roles/:role')
  @HttpCode(204)
  grant(@Param() { userId, role }: Assignment, @CurrentUser() me: User): Promise<void> {
    return this.commands.execute(new ChangeRole(userId, role, true, me));
  }

  @Delete('users/:userId/roles/:role')
  @HttpCode(204)
  revoke(@Param() { userId, role }: Assignment, @CurrentUser() me: User): Promise<void> {
    return this.commands.execute(new ChangeRole(userId, role, false, me));
  }
}
