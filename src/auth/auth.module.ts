// What does authentication offer to other features? The sessions, which its guards and its authenticator need.
import { Module } from '@nestjs/common';
import { UsersModule } from '../users/index.js';
import { LoginThrottle } from './login.throttle.js';
import { SessionController } from './session.controller.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [UsersModule],
  controllers: [SessionController],
  providers: [SessionsService, LoginThrottle],
  // Nest constructs the guards and the authenticator where they are used; they inject the sessions from here.
  exports: [SessionsService],
})
export class AuthModule {}
