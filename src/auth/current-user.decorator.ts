// Which user does a route handler act for?
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { User } from '../users/index.js';
import type { SessionRequest } from './session.guard.js';

/** The user of the session that `SessionGuard` has found. */
export const CurrentUser = createParamDecorator(
  (_data: unknown, context: ExecutionContext): User => context.switchToHttp().getRequest<SessionRequest>().session.user,
);
