// How is the connection, and why?
import type { RealtimeError } from './realtime-error.js';

/**
 * - `connecting`: the first attempt is under way.
 * - `connected`: the server has welcomed us.
 * - `reconnecting`: the connection was lost or an attempt failed; another follows by itself.
 * - `disconnected`: not asked to connect, or `disconnect()` was called.
 * - `failed`: the server refused us for good; only `connect()` tries again.
 */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'disconnected' | 'failed';

/** The state of the connection and, where something went wrong, what. */
export interface ConnectionStatus {
  readonly state: ConnectionState;
  /** With `reconnecting` and `failed`. */
  readonly reason?: RealtimeError;
}
