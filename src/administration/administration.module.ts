// What belongs to the administration? Its routes, the command that changes a role, and the two channels that report it.
import { Module } from '@nestjs/common';
import { RealtimeModule } from 'nestjs-realtime';
import { AuthModule } from '../auth/index.js';
import { UsersModule } from '../users/index.js';
import { AdministrationController } from './administration.controller.js';
import { ChangeRoleHandler } from './commands/change-role.handler.js';
import { accountChannel } from './realtime/account.channel.js';
import { administrationChannel } from './realtime/administration.channel.js';
import { RoleChangedListener } from './role-changed.listener.js';

@Module({
  imports: [AuthModule, UsersModule, RealtimeModule.forFeature([administrationChannel, accountChannel])],
  controllers: [AdministrationController],
  providers: [ChangeRoleHandler, RoleChangedListener],
})
export class AdministrationModule {}
