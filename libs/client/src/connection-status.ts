// Which state is the connection in, and why?
import type { RealtimeError } from './realtime-error.js';

/**
 * - `connecting`: the first attempt is under way.
 * - `connected`: the server has welcomed us.
 * - `reconnecting`: the connection was lost or an attempt failed; the client makes another by itself.
 * - `disconnected`: `connect()` has not been called yet, or `disconnect()` has.
 * - `failed`: the server refused us for good; only `connect()` tries again.
 */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'disconnected' | 'failed';

/** The state of the connection, and the error that led to it. */
export interface ConnectionStatus {
  readonly state: ConnectionState;
  /** With `reconnecting` and `failed`. */
  readonly reason?: RealtimeError;
}
