// May this user call this route? Compares what it needs with what the roles of the session's user permit; comes after `SessionGuard`.
import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Permission } from '../users/index.js';
import type { SessionRequest } from './session.guard.js';

/** The permissions a user needs, all of them. */
export const Permissions = Reflector.createDecorator<Permission[]>();

@Injectable()
export class PermissionsGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const needed = this.reflector.getAllAndOverride(Permissions, [context.getHandler(), context.getClass()]);
    // Read from the database with this very request: a role that was taken away permits nothing any more.
    const { user } = context.switchToHttp().getRequest<SessionRequest>().session;
    const missing = needed.filter((permission) => !user.permissions.includes(permission));
    if (missing.length === 0) return true;
    throw new ForbiddenException(`You need the permission ${missing.join(' and ')}.`);
  }
}
