// How does a client renew its credentials without reconnecting? rt:authenticate.
import { Injectable } from '@nestjs/common';
import type { AuthenticateReply } from '@nestjs-realtime/contract';
import { LeaseSweep } from '../authority/lease.sweep.js';
import { Renewal } from '../authority/renewal.js';
import { RevocationLedger } from '../authority/revocation.ledger.js';
import { publicUser, type RealtimeUser } from '../authorization/realtime-user.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import { withDeadline } from '../connections/deadline.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { ConnectRequest } from '../connections/realtime-request.js';
import { Gates } from '../guards/inbound.gates.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { authRefusal } from '../payloads/auth-shape.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import type { PendingRequest } from './pending-request.js';

const LATE = new RealtimeException('UNAVAILABLE', { reason: 'no answer within the request timeout' });
/** Connection-wide requests queue here; no legal channel name is empty. */
const CONNECTION_LANE = '';

/** Runs gate 1 again with other credentials, then gate 2 for every subscription. What is refused changes nothing. */
@Injectable()
export class AuthenticationRequests {
  constructor(
    private readonly gates: Gates,
    private readonly renewal: Renewal,
    private readonly ledger: RevocationLedger,
    private readonly directory: ConnectionDirectory,
    private readonly leases: LeaseSweep,
    private readonly refusals: RefusalLog,
    private readonly options: RealtimeOptions,
  ) {}

  authenticate(connection: RealtimeConnection, frame: unknown, pending: PendingRequest): void {
    const malformed = authRefusal(frame);
    if (malformed !== null) {
      this.refusals.record(malformed, { gate: 'connect', connection });
      return pending.refuse(malformed);
    }
    const deadline = performance.now() + this.options.requestTimeout;
    const turn = connection.lanes.take(CONNECTION_LANE);
    void this.inTime(Promise.resolve(turn.ready), deadline)
      .then(() => this.reply(connection, frame as Record<string, unknown>, deadline))
      .then(
        (reply) => pending.answer(reply),
        (error: unknown) => {
          const refusal = error as RealtimeException;
          this.refusals.record(refusal, { gate: 'connect', connection });
          pending.refuse(refusal);
        },
      )
      .finally(() => turn.release());
  }

  private async reply(
    connection: RealtimeConnection,
    auth: Record<string, unknown>,
    deadline: number,
  ): Promise<AuthenticateReply> {
    const user = await this.replaceUser(connection, auth, deadline);
    return {
      ok: true,
      user: publicUser(user),
      ...(user.expiresAt && { expiresAt: user.expiresAt.toISOString() }),
    };
  }

  /** An anonymous connection may become somebody; somebody stays who he is. */
  private async replaceUser(
    connection: RealtimeConnection,
    auth: Record<string, unknown>,
    deadline: number,
  ): Promise<RealtimeUser> {
    const admission = this.ledger.open({ since: 0 });
    const { user: before } = connection;
    let claimed: RealtimeUser | null;
    let judged: Promise<readonly string[]>;
    try {
      const handshake = { ...connection.handshake, auth };
      const request = new ConnectRequest(connection, handshake);
      await this.inTime(this.gates.connect(request), deadline);
      claimed = request.user;
      const { user: present } = connection;
      if (claimed === null) throw new RealtimeException('UNAUTHENTICATED', { reason: 'no credentials' });
      if (present !== null && claimed.userId !== present.userId) {
        throw new RealtimeException('FORBIDDEN', { reason: `credentials of another user` });
      }
      const standing = this.ledger.verdict(admission, claimed, null);
      if (connection.closed || standing === 'revoked') {
        throw new RealtimeException('UNAUTHENTICATED', { reason: 'revoked during authentication' });
      }
      const { connectionsPerUser } = this.options.limits;
      if (present === null && this.directory.countOfUser(claimed.userId) >= connectionsPerUser) {
        throw new RealtimeException('LIMIT_EXCEEDED', {
          reason: `more than ${connectionsPerUser} connections of one user`,
        });
      }
      // What the authenticator read may be out of date already: ask it again.
      if (standing === 'stale' || present !== before) return await this.replaceUser(connection, auth, deadline);
      // In the tick of the verdict: a revocation that comes later finds the connection under its new user and session.
      connection.acceptAuth(auth);
      judged = this.renewal.replace(connection, claimed, Math.max(1, deadline - performance.now()));
    } finally {
      this.ledger.close(admission);
    }
    this.leases.watch(connection);
    this.renewal.evictUnproven(connection, { userConfirmed: true, unproven: await judged });
    return claimed;
  }

  /** One deadline for all of it, from receipt; past it nothing has changed. */
  private inTime<Value>(work: Promise<Value>, deadline: number): Promise<Value> {
    return withDeadline(work, Math.max(1, deadline - performance.now()), () => LATE);
  }
}
