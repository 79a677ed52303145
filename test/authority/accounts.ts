// Who is who, as an application's database would say: sessions, roles, and members of rooms.
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { RealtimeExecutionContext, type RealtimeUser, SessionAuthenticator } from 'nestjs-realtime';
import { Question } from './question.js';

export interface Login {
  readonly roles?: readonly string[];
  readonly expiresAt?: Date;
}

@Injectable()
export class Accounts {
  /** Who is behind a session? Asked at gate 1, by rt:authenticate and by every refresh. */
  readonly identity = new Question();
  /** Who is a member of a room? Asked by the guard of rooms. */
  readonly membership = new Question();
  private readonly sessions = new Map<string, RealtimeUser>();
  private readonly members = new Set<string>();

  /** Opens, or changes, a session. */
  login(sessionId: string, userId: string, { roles = [], expiresAt }: Login = {}): void {
    this.sessions.set(sessionId, { userId, roles, ...(expiresAt && { expiresAt }) });
  }

  logout(sessionId: string): void {
    this.sessions.delete(sessionId);
  }

  find(sessionId: string): Promise<RealtimeUser | null> {
    return this.identity.ask(() => this.sessions.get(sessionId) ?? null);
  }

  admit(userId: string, roomId: string): void {
    this.members.add(`${userId} ${roomId}`);
  }

  expel(userId: string, roomId: string): void {
    this.members.delete(`${userId} ${roomId}`);
  }

  isMember(userId: string, roomId: string): Promise<boolean> {
    return this.membership.ask(() => this.members.has(`${userId} ${roomId}`));
  }
}

@Injectable()
export class AccountAuthenticator extends SessionAuthenticator {
  constructor(private readonly accounts: Accounts) {
    super();
  }

  protected findUser(sessionId: string): Promise<RealtimeUser | null> {
    return this.accounts.find(sessionId);
  }
}

@Injectable()
export class MemberGuard implements CanActivate {
  constructor(private readonly accounts: Accounts) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    const realtime = RealtimeExecutionContext.create(context);
    return this.accounts.isMember(realtime.getUser()!.userId, realtime.getParams().roomId);
  }
}
