// How does a client renew his credentials without reconnecting? rt:authenticate.
import { Injectable } from '@nestjs/common';
import type { AuthenticateReply } from '@nestjs-realtime/contract';
import { Renewal } from '../authority/renewal.js';
import { RevocationLedger } from '../authority/revocation.ledger.js';
import { publicUser, type RealtimeUser } from '../authorization/realtime-user.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { RealtimeRequest } from '../connections/realtime-request.js';
import { Gates } from '../guards/gates.js';
import { RefusalLog } from '../guards/refusals.js';
import { isPlainObject } from '../payloads/payload-shape.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import type { PendingRequest } from './pending-request.js';

/** Connection-wide requests queue here; no legal channel name is empty. */
const CONNECTION_LANE = '';

/** Runs gate 1 again with other credentials, then gate 2 for every subscription. What is refused changes nothing. */
@Injectable()
export class AuthenticationRequests {
  constructor(
    private readonly gates: Gates,
    private readonly renewal: Renewal,
    private readonly ledger: RevocationLedger,
    private readonly refusals: RefusalLog,
    private readonly options: RealtimeOptions,
  ) {}

  authenticate(connection: RealtimeConnection, frame: unknown, pending: PendingRequest): void {
    const turn = connection.lanes.take(CONNECTION_LANE);
    void Promise.resolve(turn.ready)
      .then(() => this.reply(connection, frame))
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

  private async reply(connection: RealtimeConnection, frame: unknown): Promise<AuthenticateReply> {
    if (!isPlainObject(frame)) throw new RealtimeException('BAD_REQUEST');
    const user = await this.identify(connection, frame);
    const unproven = await this.renewal.replace(connection, user, this.options.authenticationTimeout);
    this.renewal.evictUnproven(connection, unproven);
    return {
      ok: true,
      user: publicUser(user),
      ...(user.expiresAt && { expiresAt: user.expiresAt.toISOString() }),
    };
  }

  /** An anonymous connection may become somebody; somebody stays who he is. */
  private async identify(connection: RealtimeConnection, auth: Record<string, unknown>): Promise<RealtimeUser> {
    const admission = this.ledger.open();
    try {
      const claimed = await this.gates.identify(
        new RealtimeRequest('connect', connection, null, null, null, { ...connection.handshake, auth }),
      );
      const { user: present } = connection;
      if (claimed === null) throw new RealtimeException('UNAUTHENTICATED', { reason: 'no credentials' });
      if (present !== null && claimed.userId !== present.userId) {
        throw new RealtimeException('FORBIDDEN', { reason: `credentials of another user` });
      }
      if (connection.closed || this.ledger.verdict(admission, claimed, null) === 'revoked') {
        throw new RealtimeException('UNAUTHENTICATED', { reason: 'revoked during authentication' });
      }
      return claimed;
    } finally {
      this.ledger.close(admission);
    }
  }
}
