// What belongs to the administration? Its routes, the command that changes a role, and the two channels that the bridge forwards it to.
import { Module } from '@nestjs/common';
import { RealtimeModule } from 'nestjs-realtime';
import { RealtimeCqrsModule } from 'nestjs-realtime/cqrs';
import { AuthModule } from '../auth/index.js';
import { UsersModule } from '../users/index.js';
import { AdministrationController } from './administration.controller.js';
import { ChangeRoleHandler } from './commands/change-role.handler.js';
import { accountChannel } from './realtime/account.channel.js';
import { administrationChannel } from './realtime/administration.channel.js';
import { roleChangedBridge } from './realtime/role-changed.bridge.js';

@Module({
  imports: [
    AuthModule,
    UsersModule,
    RealtimeModule.forFeature([administrationChannel, accountChannel]),
    RealtimeCqrsModule.forFeature([roleChangedBridge]),
  ],
  controllers: [AdministrationController],
  providers: [ChangeRoleHandler],
})
export class AdministrationModule {}
