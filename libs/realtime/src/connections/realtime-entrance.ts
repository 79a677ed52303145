// Where does a transport hand in what clients do?
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeConnection } from './realtime.connection.js';

/** Answers a client. @throws whatever the encoder says of a reply that JSON cannot hold; nothing is sent then. */
export type Acknowledge = (reply: unknown) => void;

/** The way in; a transport calls it, the gateway answers. */
export interface RealtimeEntrance {
  /** Gate 1. Resolves with `connection.user` set; rejects with a `RealtimeException`, never with anything else. */
  connect(connection: RealtimeConnection, handshake: RealtimeHandshake): Promise<void>;
  /** The connection is established; one whose peer left during gate 1 never is, and is not told of as ended either. */
  connected(connection: RealtimeConnection): void;
  /** One client event with its arguments; `acknowledge` is null where the client asked for no answer. Never throws. */
  dispatch(
    connection: RealtimeConnection,
    event: string,
    args: readonly unknown[],
    acknowledge: Acknowledge | null,
  ): void;
  /** The connection has ended, established or not; more calls change nothing. */
  disconnected(connection: RealtimeConnection, reason: string): void;
}
