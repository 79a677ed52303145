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
  /** The session that this connection belongs to, if there is one. Non-empty. */
  readonly sessionId?: string;
  /** When the credentials expire. */
  readonly expiresAt?: Date;
  /** Anything else that your guards need. It is never sent to clients. */
  readonly claims?: RealtimeClaims;
}

/** What is wrong with a value that an authenticator returned as a user; null when it is valid. */
export function userFault(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'it is neither a user nor null';
  const { userId, roles, sessionId, expiresAt } = value as Partial<Record<keyof RealtimeUser, unknown>>;
  if (typeof userId !== 'string' || userId === '') {
    return `userId must be a non-empty string, and is ${kindOf(userId)}; ${USER_ID_CURES[typeof userId] ?? 'return its text'}`;
  }
  if (!Array.isArray(roles)) {
    const cure = typeof roles === 'string' ? 'return [role]' : 'return [] for a user without roles';
    return `roles must be an array of strings, and is ${kindOf(roles)}; ${cure}`;
  }
  const odd: unknown = roles.find((role) => typeof role !== 'string');
  if (roles.some((role) => typeof role !== 'string')) {
    return `roles must be an array of strings, and one is ${kindOf(odd)}; return the names of the roles`;
  }
  // A revocation by session would not find it under another type.
  if (sessionId !== undefined && (typeof sessionId !== 'string' || sessionId === '')) {
    return `sessionId must be a non-empty string, and is ${kindOf(sessionId)}; ${SESSION_ID_CURES[typeof sessionId] ?? 'leave it out if there is none'}`;
  }
  if (expiresAt !== undefined && !(expiresAt instanceof Date && !Number.isNaN(expiresAt.getTime()))) {
    return `expiresAt must be a valid Date, and is ${kindOf(expiresAt)}; ${EXPIRY_CURES[typeof expiresAt] ?? 'leave it out if there is none'}`;
  }
  return null;
}

/** The id of a token is often a number. */
const USER_ID_CURES: Partial<Record<string, string>> = {
  number: 'return String(id)',
  bigint: 'return String(id)',
  string: 'return null for a client without credentials',
};
const SESSION_ID_CURES: Partial<Record<string, string>> = { number: 'return String(id)', bigint: 'return String(id)' };
const EXPIRY_CURES: Partial<Record<string, string>> = {
  string: 'return new Date(text)',
  number: 'return new Date(seconds * 1000), or new Date(milliseconds)',
};

/** What a value is, without the value: it may be a secret. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === '') return 'empty';
  if (value instanceof Date) return 'an invalid Date';
  if (Array.isArray(value)) return 'an array';
  const kind = typeof value;
  if (kind === 'undefined') return 'missing';
  return kind === 'object' ? 'an object' : `a ${kind}`;
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
