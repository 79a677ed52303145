// Gate 3 of 4: may this message reach its handler? Authorizes again, as defence in depth, before any schema reads the payload.
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { ChannelAddress } from '@nestjs-realtime/contract';
import { authorize } from '../authorization/authorize.js';
import { hasExpired, type RealtimeUser } from '../authorization/realtime-user.js';
import { checkShape } from '../payloads/payload-shape.js';
import type { MessageRequest } from '../connections/message-request.js';
import { RealtimeException } from '../realtime.exception.js';
import { denied } from '../instrumentation/refusal-of.js';
import { DeclaredLimits } from './declared.limits.js';
import { RealtimeExecutionContext } from './realtime-execution-context.js';

/** Returns true or throws. The guards of the class and the method run after it, then the schema, then the handler. */
@Injectable()
export class MessageGuard implements CanActivate {
  constructor(private readonly limits: DeclaredLimits) {}

  canActivate(context: ExecutionContext): boolean {
    const request = RealtimeExecutionContext.create(context).getRequest<MessageRequest>();
    const { match, user, message: name, payload } = request;
    if (match === null) throw new RealtimeException('NOT_SUBSCRIBED');
    const message = match.registered.messages.get(name);
    if (message === undefined) throw new RealtimeException('UNKNOWN_EVENT');
    if (message.handler === null && !message.whisper && !message.setsMemberData) {
      throw new RealtimeException('UNKNOWN_EVENT', {
        reason: 'the message is declared, but no @RealtimeHandler takes it',
      });
    }
    const objection = objectionTo(match, user);
    if (objection !== null) throw denied(user, objection);
    const refusal = checkShape(payload, this.limits.spend(request.live, match.registered, message));
    if (refusal !== null) throw new RealtimeException(refusal.code, { issues: refusal.issues });
    return true;
  }
}

/** Why a user may no longer send messages on a channel that gate 2 has granted; null while they may. */
export function objectionTo(match: ChannelAddress, user: RealtimeUser | null): string | null {
  if (hasExpired(user)) return 'the credentials have ended';
  return authorize(match.descriptor, match.params, user) ? null : 'authorization has ended since gate 2';
}
