// May this user call this route? Compares the roles of `@Roles()` with those of the session; comes after `SessionGuard`.
import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { SessionRequest } from './session.guard.js';

/** The roles of which a user needs one. */
export const Roles = Reflector.createDecorator<string[]>();

@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.getAllAndOverride(Roles, [context.getHandler(), context.getClass()]);
    const { user } = context.switchToHttp().getRequest<SessionRequest>().session;
    if (roles.some((role) => user.roles.includes(role))) return true;
    throw new ForbiddenException(`You need the role ${roles.join(' or ')}.`);
  }
}
