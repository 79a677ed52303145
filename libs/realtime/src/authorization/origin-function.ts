// Which pages may connect, where a list cannot say?
import type { RealtimeHandshake } from './realtime-handshake.js';

/** Decides about the Origin of a request. `handshake.auth` is empty: it comes later. Only `true` admits; an error refuses. */
export type OriginFunction = (origin: string, handshake: RealtimeHandshake) => boolean | Promise<boolean>;
