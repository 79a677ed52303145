import { Module } from '@nestjs/common';
import { UsersModule } from '../users/index.js';
import { LoginThrottle } from './login-throttle.js';
import { SessionController } from './session.controller.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [UsersModule],
  controllers: [SessionController],
  providers: [SessionsService, LoginThrottle],
  // The guards and the authenticator are constructed where they are used, and find the sessions here.
  exports: [SessionsService],
})
export class AuthModule {}
