// What does the application's database know: sessions, roles and members of rooms?
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { RealtimeExecutionContext, type RealtimeUser, SessionAuthenticator } from 'nestjs-realtime';
import { Question } from './question.js';

export interface Login {
  readonly roles?: readonly string[];
  readonly expiresAt?: Date;
}

@Injectable()
export class Accounts {
  /** Whose session is this? Gate 1, rt:authenticate and every refresh ask it. */
  readonly identity = new Question();
  /** Who is a member of a room? The guard of rooms asks it. */
  readonly membership = new Question();
  private readonly sessions = new Map<string, RealtimeUser>();
  private readonly members = new Set<string>();

  /** Opens a session, or changes one. */
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
