// Gate 2 of 4: may this connection subscribe to this channel? This gate alone decides who receives its broadcasts.
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { authorize } from '../authorization/authorize.js';
import { hasExpired } from '../authorization/realtime-user.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { RealtimeRequest } from '../connections/realtime-request.js';
import { denied } from '../instrumentation/refusal-of.js';
import { RealtimeExecutionContext } from './realtime-execution-context.js';

/** Returns true or throws. An unknown channel, a scope that forbids and a class guard that refuses look the same to the client. */
@Injectable()
export class SubscribeGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = RealtimeExecutionContext.create(context).getRequest();
    const match = matchBeforeGuards(request);
    for (const guards of match.registered.guards) await guards.pass(request);
    return true;
  }
}

/** The channel that the user may enter by name and scope. @throws RealtimeException the denial, before any guard is asked. */
export function matchBeforeGuards({ match, user }: Pick<RealtimeRequest, 'match' | 'user'>): ChannelMatch {
  if (hasExpired(user)) throw denied(user, 'the credentials have ended');
  if (match === null) throw denied(user, 'no registered channel matches');
  if (!authorize(match.descriptor, match.params, user)) {
    throw denied(user, `scope ${JSON.stringify(match.descriptor.scope)} forbids`);
  }
  return match;
}
