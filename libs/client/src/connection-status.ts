// Which state is the connection in, and why?
import type { PublicUser } from '@nestjs-realtime/contract';
import type { RealtimeError } from './realtime-error.js';

/**
 * The state of a connection, and what belongs to it. The object stays the same until something changes.
 * - `disconnected`: `connect()` has not been called yet, or `disconnect()` has.
 * - `connecting`: the first attempt is under way.
 * - `connected`: the server has welcomed us as this user; null for an anonymous one.
 * - `reconnecting`: the connection was lost or an attempt failed. `retryAt`, in milliseconds since 1970, is when the client tries again.
 * - `failed`: the server refused us for good, credentials are missing, or the application's `auth()` refused; only `connect()` tries again.
 * - `closed`: `close()` was called; this client never connects again.
 */
export type ConnectionStatus =
  | { readonly state: 'disconnected' }
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly connectionId: string; readonly user: PublicUser | null }
  | { readonly state: 'reconnecting'; readonly reason: RealtimeError; readonly retryAt: number }
  | { readonly state: 'failed'; readonly reason: RealtimeError }
  | { readonly state: 'closed' };
