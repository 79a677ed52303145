// Gate 1 of 4: who is the user of this connection? Authenticates the handshake and runs the application's own connect guards.
import { type CanActivate, type ExecutionContext, Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import { IRealtimeAuthenticator } from '../authorization/realtime.authenticator.js';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { hasExpired, type RealtimeUser, userFault } from '../authorization/realtime-user.js';
import { admits } from '../channels/guard-answer.js';
import { withDeadline } from '../connections/deadline.js';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import type { ConnectRequest } from '../connections/realtime-request.js';
import { denied } from '../instrumentation/refusal-of.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { RealtimeExecutionContext } from './realtime-execution-context.js';

/** DI token of the application's own connect guards. */
export const CONNECT_GUARDS = Symbol('nestjs-realtime:connect-guards');

/** Sets `request.user` and resolves true, or throws a `RealtimeException`. It never resolves false. */
@Injectable()
export class ConnectGuard implements CanActivate {
  constructor(
    private readonly authenticator: IRealtimeAuthenticator,
    private readonly options: RealtimeOptions,
    private readonly counters: RealtimeCounters,
    @Inject(CONNECT_GUARDS) private readonly guards: readonly CanActivate[],
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = RealtimeExecutionContext.create(context).getRequest<ConnectRequest>();
    request.user = await this.authenticate(request.handshake);
    for (const guard of this.guards) {
      const passed = await this.inTime(admits(guard.canActivate(context)));
      if (!passed) throw denied(request.user, `${guard.constructor.name} refused`);
    }
    return true;
  }

  /** Fails closed: any outcome other than a valid user, "no credentials" or "bad credentials" is `UNAVAILABLE`. */
  private async authenticate(handshake: RealtimeHandshake): Promise<RealtimeUser | null> {
    if (this.counters.pendingAuthentications >= this.options.limits.pendingAuthentications) {
      throw new RealtimeException('OVERLOADED', { reason: 'too many authentications under way' });
    }
    this.counters.pendingAuthentications++;
    let user: RealtimeUser | null;
    try {
      user = await this.inTime(this.authenticator.authenticate(handshake));
    } catch (error) {
      if (error instanceof RealtimeException) throw error;
      if (error instanceof UnauthorizedException) throw new RealtimeException('UNAUTHENTICATED', { cause: error });
      throw unavailable('the authenticator failed', error);
    } finally {
      this.counters.pendingAuthentications--;
    }
    if (user === null) return null;
    const fault = userFault(user);
    if (fault !== null) throw unavailable(`the authenticator returned no valid user: ${fault}`);
    if (hasExpired(user)) throw new RealtimeException('UNAUTHENTICATED', { reason: 'the credentials have ended' });
    return user;
  }

  private inTime<Value>(work: Value | Promise<Value>): Promise<Value> {
    const { authenticationTimeout } = this.options;
    const late = (): RealtimeException => unavailable(`no answer within ${authenticationTimeout} ms`);
    return withDeadline(Promise.resolve(work), authenticationTimeout, late);
  }
}

function unavailable(reason: string, cause?: unknown): RealtimeException {
  return new RealtimeException('UNAVAILABLE', { reason, cause });
}
