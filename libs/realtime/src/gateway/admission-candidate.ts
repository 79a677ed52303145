// What is known of one channel on its way through gate 2? It changes while guards, the log and the members are asked.
import type { Position } from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { Interest } from '../broker/plain.interest.js';
import type { Turn } from '../connections/channel-lanes.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { PresenceEntrance } from '../presence/presence.entrance.js';
import type { RealtimeException } from '../realtime.exception.js';
import type { PendingAdmission } from '../revocation/revocation.ledger.js';
import type { Grant } from './channel.roster.js';
import type { Entrance } from './entrance.js';

/** The decision of gate 2 on one channel. */
export type Verdict =
  | Grant
  | {
      readonly refusal: RealtimeException;
      /** The channel that was refused; null if it is unknown or was not looked for. */
      readonly refused: ChannelMatch | null;
    };

/** Whose wish a batch is. The server's leaves a subscription as it is; the client's asks gate 2 again. */
export type Asking = 'client' | 'server';

/** One channel on its way through gate 2. */
export interface Candidate {
  readonly channel: string;
  readonly by: Asking;
  /** Whether the connection was not yet subscribed to the channel when the request arrived. */
  readonly isNew: boolean;
  readonly turn: Turn;
  /** Open while gate 2 decides, and while the verdict waits for the others of its batch. */
  admission: PendingAdmission | null;
  /** The connection's user when gate 2 was asked. */
  judgedAs: RealtimeUser | null;
  /** Whether the verdict is the subscription that the connection already had at its turn. */
  isHeld: boolean;
  /** Whether gate 2 has granted, and nothing has changed since. */
  isGranted: boolean;
  /** Where the connection stood in the channel's log when it was a member last. */
  readonly recover: Position | undefined;
  /** Null before gate 2 has granted, and without history and snapshot. */
  entrance: Entrance | null;
  /** Null before gate 2 has granted, with history or snapshot, and on a single node. */
  interest: Interest | null;
  /** Null before gate 2 has granted, and without presence. */
  presence: PresenceEntrance | null;
  verdict: Verdict;
}
