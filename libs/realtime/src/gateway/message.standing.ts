// Does the sender of a message still have its authority? Checked before the handler begins and before it replies or broadcasts.
import { Injectable } from '@nestjs/common';
import { RevocationLedger } from '../revocation/revocation.ledger.js';
import type { HandlerVoice, MessageAuthority, MessageRequest } from '../connections/message-request.js';
import { objectionTo } from '../guards/message.guard.js';
import { denied } from '../instrumentation/refusal-of.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { BroadcasterVoice } from './broadcaster.voice.js';

@Injectable()
export class MessageStanding implements MessageAuthority {
  readonly voice: HandlerVoice;

  constructor(
    private readonly ledger: RevocationLedger,
    voice: BroadcasterVoice,
    readonly causes: RealtimeHooks,
  ) {
    this.voice = voice;
  }

  watch(context: MessageRequest): void {
    this.ledger.open(context);
  }

  forget(context: MessageRequest): void {
    this.ledger.close(context);
  }

  /** Returns false when the guards must be asked again. Throws when authority was revoked; that refusal stays, whatever a filter returns. */
  confirm(context: MessageRequest): boolean {
    const { aborted, match, user, live, channelName } = context;
    if (aborted !== null) {
      throw aborted instanceof RealtimeException
        ? aborted
        : new RealtimeException('UNAVAILABLE', { reason: aborted.message });
    }
    const objection = objectionTo(match!, user);
    const verdict = objection === null ? this.ledger.verdict(context, live, channelName) : 'revoked';
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
  objection(context: MessageRequest): RealtimeException | null {
    const { aborted, user, live, channelName } = context;
    if (aborted instanceof RealtimeException) return aborted;
    if (!context.hasWaited || this.ledger.verdict(context, live, channelName) !== 'revoked') return null;
    return denied(user, 'revoked while the message was under way');
  }
}
