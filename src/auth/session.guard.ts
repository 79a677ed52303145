// Who sends this HTTP request? The same session that opened the realtime connection.
import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import type { Request } from 'express';
import { readSessionCookie } from './session-cookie.js';
import type { Session } from './session.js';
import { SessionsService } from './sessions.service.js';

/** A request that has passed `SessionGuard`. */
export interface SessionRequest extends Request {
  session: Session;
}

@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SessionRequest>();
    const secret = readSessionCookie(request);
    const session = secret ? await this.sessions.find(secret) : null;
    if (!session) throw new UnauthorizedException('Log in first.');
    request.session = session;
    return true;
  }
}
