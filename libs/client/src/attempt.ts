// What belongs to one attempt to connect, and to the connection that it leads to?
import type { Transport } from './client-transport.js';
import type { RealtimeError } from './realtime-error.js';
import type { Requests } from './requests.js';

/** Callbacks of an older attempt are ignored. */
export interface Attempt {
  /** Whether a call of `connect()` made it. */
  readonly isAsked: boolean;
  transport?: Transport;
  /** Set once the server has welcomed us. */
  requests?: Requests;
  welcomedAt?: number;
  callerHeaders?: Readonly<Record<string, string>>;
  goodbye?: RealtimeError;
}
