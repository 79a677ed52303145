// Whose connections does a call concern?
import { shownValue } from '@nestjs-realtime/contract';

/** Whose connections: of a user, of a session, or one. */
export type Party =
  | { readonly userId: string; readonly sessionId?: never; readonly connectionId?: never }
  | { readonly sessionId: string; readonly userId?: never; readonly connectionId?: never }
  | { readonly connectionId: string; readonly userId?: never; readonly sessionId?: never };

/**
 * Whose connections: of a user, of a session, one, or `'caller'`: the connection on whose behalf this code runs. That is the sender of
 * the message that is handled, or the page behind the HTTP request (see the option `requestUser`).
 */
export type Who = Party | 'caller';

const KEYS = ['userId', 'sessionId', 'connectionId'] as const;

/** What is wrong with a `Who` and how to fix it; null if nothing is. A `RealtimeConnection` is one by its `connectionId`. */
export function whoFault(who: unknown): string | null {
  if (who === 'caller') return null;
  if (typeof who !== 'object' || who === null) {
    return `${shownValue(who)} does not say whose connections are meant; write { userId }, { sessionId }, { connectionId } or 'caller'.`;
  }
  const given = KEYS.filter((key) => (who as Record<string, unknown>)[key] !== undefined);
  if (given.length !== 1) {
    return given.length === 0
      ? 'An object without userId, sessionId or connectionId means no connection; give it exactly one of them.'
      : `An object with ${given.join(' and ')} is ambiguous; give it exactly one of them.`;
  }
  const id: unknown = (who as Record<string, unknown>)[given[0]];
  if (typeof id === 'string' && id !== '') return null;
  return `{ ${given[0]}: ${shownValue(id)} } is no id; ids are strings of at least one character.`;
}

/** What is wrong where `'caller'` must name a connection and none is behind the running code. */
export const NO_CALLER =
  "'caller' is the sender of a message, or the page behind an HTTP request (option requestUser), and this code runs for neither; name the connection, the session or the user.";

/** What is wrong where code asks for `'caller'` and the boot has found nothing that could. */
export const NOT_FOLLOWED =
  "'caller' was not known yet, because no provider of this application injects IRealtimeBroadcaster or IRealtimeConnections; inject what you call, instead of getting it from the application. It is known from now on.";
