// Gate 1 of 4: who is the user of this connection? Authenticates the handshake and runs the application's own connect guards.
import { type CanActivate, type ExecutionContext, Inject, Injectable, Logger } from '@nestjs/common';
import { IRealtimeAuthenticator } from '../authorization/realtime.authenticator.js';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { hasExpired, type RealtimeUser, userFault } from '../authorization/realtime-user.js';
import { admits } from '../channels/guard-answer.js';
import { withDeadline } from '../connections/deadline.js';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import type { ConnectRequest } from '../connections/realtime-request.js';
import { OutageError, repeatedOutage } from '../instrumentation/internal-error.js';
import { denied, refusalOfStatus } from '../instrumentation/refusal-of.js';
import { warnRepeated } from '../instrumentation/repeated-log.js';
import { RealtimeException, RealtimeFault } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { RealtimeExecutionContext } from './realtime-execution-context.js';

/** DI token of the application's own connect guards. */
export const CONNECT_GUARDS = Symbol('nestjs-realtime:connect-guards');

/** Sets `request.user` and resolves true, or throws a `RealtimeException`. It never resolves false. */
@Injectable()
export class ConnectGuard implements CanActivate {
  private readonly logger = new Logger('Realtime');

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
      const { name } = guard.constructor;
      const passed = await this.inTime(admits(guard.canActivate(context)), name);
      if (!passed) throw denied(request.user, `${name} refused`);
    }
    return true;
  }

  /** Fails closed: any outcome other than a valid user, "no credentials" or a refusal is `UNAVAILABLE`, and logged. */
  private async authenticate(handshake: RealtimeHandshake): Promise<RealtimeUser | null> {
    if (this.counters.pendingAuthentications >= this.options.limits.pendingAuthentications) {
      throw new RealtimeException('OVERLOADED', { reason: 'too many authentications under way' });
    }
    this.counters.pendingAuthentications++;
    const { name } = this.authenticator.constructor;
    let user: RealtimeUser | null;
    try {
      user = await this.inTime(this.authenticator.authenticate(handshake), name);
    } catch (error) {
      throw this.refusalOf(error, name);
    } finally {
      this.counters.pendingAuthentications--;
    }
    if (user === null) return null;
    const fault = userFault(user);
    if (fault !== null) {
      throw repeatedOutage(this.logger, `${name} returned no valid user`, new RealtimeFault(fault));
    }
    if (hasExpired(user)) throw new RealtimeException('UNAUTHENTICATED', { reason: 'the credentials have ended' });
    return user;
  }

  private refusalOf(error: unknown, name: string): RealtimeException {
    const refusal = error instanceof RealtimeException ? error : refusalOfStatus(error);
    if (refusal === null) return repeatedOutage(this.logger, `${name} failed`, error);
    if (refusal.code === 'UNAVAILABLE' && !(refusal instanceof OutageError)) {
      warnRepeated(this.logger, `${name} refused as UNAVAILABLE`, refusal.reason ?? refusal);
    }
    return refusal;
  }

  private inTime<Value>(work: Value | Promise<Value>, name: string): Promise<Value> {
    const { authenticationTimeout } = this.options;
    const late = (): RealtimeException =>
      repeatedOutage(this.logger, `${name} was late`, new Error(`no answer within ${authenticationTimeout} ms`));
    return withDeadline(Promise.resolve(work), authenticationTimeout, late);
  }
}
