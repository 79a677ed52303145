// Who is a user, to us? What the authenticator returns and every gate reads.
import { isDeepStrictEqual } from 'node:util';
import type { PublicUser } from '@nestjs-realtime/contract';

/** The user behind a connection, as `IRealtimeAuthenticator` returned it. */
export interface RealtimeUser {
  /** Non-empty; compared as a string. */
  readonly userId: string;
  readonly roles: readonly string[];
  /** The session that vouches for this connection, where there is one. */
  readonly sessionId?: string;
  /** When the credentials end. */
  readonly expiresAt?: Date;
  /** Anything else your guards want to know; never sent to clients. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What is wrong with a value that an authenticator returned as a user, or null when nothing is. */
export function userFault(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'it is neither a user nor null';
  const { userId, roles, expiresAt } = value as Partial<Record<keyof RealtimeUser, unknown>>;
  if (typeof userId !== 'string' || userId === '') return 'userId must be a non-empty string';
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string'))
    return 'roles must be an array of strings';
  if (expiresAt !== undefined && !(expiresAt instanceof Date && !Number.isNaN(expiresAt.getTime()))) {
    return 'expiresAt must be a valid Date';
  }
  return null;
}

/** Whether the user's credentials have ended. Timers end the connection too; a gate does not wait for them. */
export function hasExpired(user: RealtimeUser | null): boolean {
  return user?.expiresAt !== undefined && user.expiresAt.getTime() <= Date.now();
}

/** Whether nothing about a user has changed; authenticators make a new object for each answer. */
export function isSameUser(one: RealtimeUser | null, other: RealtimeUser | null): boolean {
  return isDeepStrictEqual(one, other);
}

/** The part of a user that his client may know. */
export function publicUser(user: RealtimeUser): PublicUser {
  return { userId: user.userId, roles: user.roles };
}
