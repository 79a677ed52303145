// May this user call this route? Compares the permissions it needs with those of the session's user; runs after `SessionGuard`.
import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Permission } from '../users/index.js';
import type { SessionRequest } from './session.guard.js';

/** The permissions that a user needs; all of them are required. */
export const Permissions = Reflector.createDecorator<Permission[]>();

@Injectable()
export class PermissionsGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const needed = this.reflector.getAllAndOverride(Permissions, [context.getHandler(), context.getClass()]);
    // `SessionGuard` has read the roles during this request, so a role that was taken away permits nothing.
    const { user } = context.switchToHttp().getRequest<SessionRequest>().session;
    const missing = needed.filter((permission) => !user.permissions.includes(permission));
    if (missing.length === 0) return true;
    throw new ForbiddenException(`You need the permission ${missing.join(' and ')}.`);
  }
}
