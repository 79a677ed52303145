// What is a user? The object that the authenticator returns and every gate reads.
import { isDeepStrictEqual } from 'node:util';
import type { PublicUser } from '@nestjs-realtime/contract';

/** What an authenticator says of a user beyond id and roles. Augment this interface to type `user.claims`. */
export interface RealtimeClaims {
  readonly [claim: string]: unknown;
}

/** The user behind a connection, as `IRealtimeAuthenticator` returned it. */
export interface RealtimeUser {
  /** Non-empty; compared as a string. */
  readonly userId: string;
  readonly roles: readonly string[];
  /** The session that this connection belongs to, if there is one. */
  readonly sessionId?: string;
  /** When the credentials expire. */
  readonly expiresAt?: Date;
  /** Anything else that your guards need. It is never sent to clients. */
  readonly claims?: RealtimeClaims;
}

/** What is wrong with a value that an authenticator returned as a user; null when it is valid. */
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

/** Whether the user's credentials have expired. A timer also ends the connection then, but it may be late, so gates check too. */
export function hasExpired(user: RealtimeUser | null): boolean {
  return user?.expiresAt !== undefined && user.expiresAt.getTime() <= Date.now();
}

/** Whether nothing about a user has changed. It compares deeply, because authenticators return a new object each time. */
export function isSameUser(one: RealtimeUser | null, other: RealtimeUser | null): boolean {
  return isDeepStrictEqual(one, other);
}

/** The part of a user that their client may see. */
export function publicUser(user: RealtimeUser): PublicUser {
  return { userId: user.userId, roles: user.roles };
}
