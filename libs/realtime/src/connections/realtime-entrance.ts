// Where does a transport pass on what clients do?
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { LiveConnection } from './live.connection.js';

/** Answers a client. @throws the encoder's error for a reply that JSON cannot hold; nothing is sent then. */
export type Acknowledge = (reply: unknown) => void;

/** The gateway, as a transport sees it. */
export interface RealtimeEntrance {
  /** Gate 1. Resolves with `connection.user` set; rejects with a `RealtimeException`, never with anything else. */
  connect(connection: LiveConnection, handshake: RealtimeHandshake): Promise<void>;
  /** The connection is established. If its peer leaves during gate 1, its beginning and its end are not reported. */
  connected(connection: LiveConnection): void;
  /** One client event with its arguments; `acknowledge` is null if the client asked for no answer. Never throws. */
  dispatch(connection: LiveConnection, event: string, args: readonly unknown[], acknowledge: Acknowledge | null): void;
  /** The connection has ended, established or not. Further calls do nothing. */
  disconnected(connection: LiveConnection, reason: string): void;
}
