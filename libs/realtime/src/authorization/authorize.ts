// May this user enter this channel? A pure function: no I/O, no clock, no Nest (docs/decisions/0001#decision-3).
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { RealtimeUser } from './realtime-user.js';
import { sessionRef } from './session-ref.js';

/**
 * Decides by the channel's scope alone; an unknown scope means no.
 *
 * Ids are compared as strings, exactly: `"042"`, `" 42"` and `42` are three different users. A user without an id is anonymous.
 */
export function authorize(
  descriptor: Pick<RealtimeChannelDescriptor, 'scope'>,
  params: Readonly<Record<string, string>>,
  user: RealtimeUser | null,
): boolean {
  const { scope } = descriptor;
  if (scope === 'public') return true;
  if (user === null || typeof user.userId !== 'string' || user.userId === '') return false;
  if (scope === 'authenticated') return true;
  if (typeof scope !== 'object' || scope === null) return false;
  if ('role' in scope) return user.roles.includes(scope.role);
  if ('userScoped' in scope) return Object.hasOwn(params, scope.userScoped) && params[scope.userScoped] === user.userId;
  if ('sessionScoped' in scope) {
    const ref = sessionRefOf(user);
    return ref !== null && Object.hasOwn(params, scope.sessionScoped) && params[scope.sessionScoped] === ref;
  }
  return false;
}

/** A lease asks again and again for the same user. */
const refs = new WeakMap<RealtimeUser, string | null>();

/** The `sessionRef()` of a user's session; null if it has none that can be named. */
export function sessionRefOf(user: RealtimeUser): string | null {
  let ref = refs.get(user);
  if (ref === undefined) refs.set(user, (ref = refOrNull(user.sessionId)));
  return ref;
}

function refOrNull(sessionId: string | undefined): string | null {
  try {
    return sessionId === undefined ? null : sessionRef(sessionId);
  } catch {
    return null;
  }
}
