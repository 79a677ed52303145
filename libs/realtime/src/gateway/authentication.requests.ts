// How does a client renew its credentials without reconnecting? rt:authenticate.
import { Injectable } from '@nestjs/common';
import type { AuthenticateReply } from '@nestjs-realtime/contract';
import { LeaseSweep } from '../revocation/lease.sweep.js';
import { Renewal } from '../revocation/authority.renewal.js';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { publicUser, type RealtimeUser } from '../authorization/realtime-user.js';
import { withinDeadline } from '../connections/deadline.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { authRefusal } from '../payloads/auth-shape.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { Authentications } from './handshake.authentications.js';
import type { PendingRequest } from './pending-request.js';

type Auth = RealtimeHandshake['auth'];

const LATE = new RealtimeException('UNAVAILABLE', { reason: 'no answer within the request timeout' });
/** The lane of requests that concern the whole connection. No legal channel name is empty, so no channel shares it. */
const CONNECTION_LANE = '';

/** Runs gate 1 again with new credentials, then gate 2 for every subscription. A refused request changes nothing. */
@Injectable()
export class AuthenticationRequests {
  constructor(
    private readonly authentications: Authentications,
    private readonly renewal: Renewal,
    private readonly leases: LeaseSweep,
    private readonly refusals: RefusalLog,
    private readonly options: RealtimeOptions,
  ) {}

  authenticate(connection: LiveConnection, frame: unknown, pending: PendingRequest): void {
    const refuse = (error: unknown): void => {
      const refusal = error as RealtimeException;
      this.refusals.record(refusal, { gate: 'connect', connection });
      pending.refuse(refusal);
    };
    const malformed = authRefusal(frame);
    if (malformed !== null) return refuse(malformed);
    const deadline = performance.now() + this.options.requestTimeout;
    const turn = connection.lanes.take(CONNECTION_LANE);
    void withinDeadline(Promise.resolve(turn.ready), deadline, LATE)
      .then(() => this.replaceUser(connection, frame as Auth, deadline))
      .then((user) => pending.answer(replyFor(user)), refuse)
      .finally(() => turn.release());
  }

  /** One deadline covers all steps, from receipt. A request that misses it changes nothing. */
  private async replaceUser(connection: LiveConnection, auth: Auth, deadline: number): Promise<RealtimeUser> {
    const handshake = { ...connection.handshake, auth };
    let late = false;
    const replaced = this.authentications.pass(connection, handshake, deadline, (user) => {
      if (late) throw LATE;
      if (user === null) throw new RealtimeException('UNAUTHENTICATED', { reason: 'no credentials' });
      const { user: present } = connection;
      if (present !== null && user.userId !== present.userId) {
        throw new RealtimeException('FORBIDDEN', { reason: 'credentials of another user' });
      }
      connection.acceptAuth(auth);
      this.leases.watch(connection);
      return { user, judged: this.renewal.replace(connection, user, Math.max(1, deadline - performance.now())) };
    });
    const { user, judged } = await withinDeadline(replaced, deadline, LATE).catch((error: unknown) => {
      late = true;
      throw error;
    });
    this.renewal.evictUnproven(connection, { userConfirmed: true, unproven: await judged });
    return user;
  }
}

function replyFor(user: RealtimeUser): AuthenticateReply {
  return {
    ok: true,
    user: publicUser(user),
    ...(user.expiresAt && { expiresAt: user.expiresAt.toISOString() }),
  };
}
