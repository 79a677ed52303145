// Does the sender of a message still have its authority? Checked before the handler begins and before it replies or broadcasts.
import { Injectable } from '@nestjs/common';
import { RevocationLedger } from '../revocation/revocation.ledger.js';
import { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import type { BroadcastFunction, MessageAuthority, RealtimeContext } from '../connections/realtime-context.js';
import { objectionTo } from '../guards/message.guard.js';
import { denied } from '../instrumentation/refusal-of.js';
import { RealtimeException } from '../realtime.exception.js';

@Injectable()
export class MessageStanding implements MessageAuthority {
  readonly broadcast: BroadcastFunction;

  constructor(
    private readonly ledger: RevocationLedger,
    broadcaster: IRealtimeBroadcaster,
  ) {
    this.broadcast = broadcaster.broadcast.bind(broadcaster);
  }

  watch(context: RealtimeContext): void {
    this.ledger.open(context);
  }

  forget(context: RealtimeContext): void {
    this.ledger.close(context);
  }

  /** Returns false when the guards must be asked again. Throws when authority was revoked; that refusal stays, whatever a filter returns. */
  confirm(context: RealtimeContext): boolean {
    const { aborted, match, user, channel } = context;
    if (aborted !== null) {
      throw aborted instanceof RealtimeException
        ? aborted
        : new RealtimeException('UNAVAILABLE', { reason: aborted.message });
    }
    const objection = objectionTo(match!, user);
    const verdict = objection === null ? this.ledger.verdict(context, user, channel) : 'revoked';
    if (verdict === 'holds') return true;
    if (verdict === 'stale') {
      this.ledger.open(context);
      return false;
    }
    const refusal = denied(user, objection ?? 'revoked while the message was under way');
    context.abort(refusal);
    throw refusal;
  }

  /** Why the handler may no longer act for the user; null while it may. Lost authority is a reason, a closed connection alone is not. */
  objection(context: RealtimeContext): RealtimeException | null {
    const { aborted, user, channel } = context;
    if (aborted instanceof RealtimeException) return aborted;
    if (!context.hasWaited || this.ledger.verdict(context, user, channel) !== 'revoked') return null;
    return denied(user, 'revoked while the message was under way');
  }
}
