// Which users does a client want to hear of, and of which may it? rt:watch, with the rule of the application.
import { Injectable, Logger } from '@nestjs/common';
import type { WatchReply } from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { withDeadline } from '../connections/deadline.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { repeatedInternalError } from '../instrumentation/internal-error.js';
import { refusalOfHandler } from '../instrumentation/refusal-of.js';
import { ConnectionMemberships } from '../presence/connection-memberships.js';
import { UserListenerExplorer, type WatchRule } from '../presence/user-listener.explorer.js';
import { WatchLists } from '../presence/watch.lists.js';
import { isRefusalCode, RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import type { PendingRequest } from './pending-request.js';
import { parseWatch } from './request-frames.js';

/** No channel has this name, so the requests of one connection are handled in their order, and wait for no channel. */
const LANE = 'rt:watch';
const LATE = new RealtimeException('UNAVAILABLE', {
  reason: 'it was not known in time which users the client may watch',
});

@Injectable()
export class WatchRequests {
  private readonly logger = new Logger('Realtime');

  constructor(
    private readonly lists: WatchLists,
    private readonly rules: UserListenerExplorer,
    private readonly refusals: RefusalLog,
    private readonly options: RealtimeOptions,
  ) {}

  watch(connection: LiveConnection, frame: unknown, pending: PendingRequest): void {
    const asked = parseWatch(frame);
    const refusal = this.refusalOf(connection, asked);
    if (refusal !== null) return this.refuse(connection, refusal, pending);
    if (!connection.slots.enter(this.options.limits.handlersInFlight)) {
      return this.refuse(connection, new RealtimeException('OVERLOADED'), pending);
    }
    void this.serve(connection, asked!, pending).finally(() => connection.slots.leave());
  }

  private refusalOf({ user }: LiveConnection, asked: readonly string[] | null): RealtimeException | null {
    const { watchedUsers } = this.options.limits;
    if (asked === null) return new RealtimeException('BAD_REQUEST');
    if (user === null) return new RealtimeException('UNAUTHENTICATED', { reason: 'anonymous clients watch no users' });
    if (this.rules.watchRule === null) {
      return new RealtimeException('FORBIDDEN', { reason: 'the application has no method with @WatchableUsers' });
    }
    if (asked.length <= watchedUsers) return null;
    return new RealtimeException('LIMIT_EXCEEDED', { reason: `more than ${watchedUsers} watched users` });
  }

  /** Never rejects. */
  private async serve(connection: LiveConnection, asked: readonly string[], pending: PendingRequest): Promise<void> {
    const turn = connection.lanes.take(LANE);
    const { requestTimeout } = this.options;
    try {
      if (turn.ready) await turn.ready;
      const online = await withDeadline(this.begin(connection, asked), requestTimeout, () => LATE);
      pending.answer({ ok: true, online } satisfies WatchReply);
    } catch (error) {
      this.refuse(connection, error as RealtimeException, pending);
    } finally {
      turn.release();
    }
  }

  private async begin(connection: LiveConnection, asked: readonly string[]): Promise<readonly string[]> {
    const mayWatch = await this.mayWatch(connection.user, asked);
    if (connection.closed) return [];
    const { requestTimeout } = this.options;
    // Rights may end, and be there again: with each renewal, the rule is asked about all that the client wants.
    ConnectionMemberships.of(connection).watching = {
      recheck: async () => {
        const allowed = await withDeadline(this.mayWatch(connection.user, asked), requestTimeout, () => LATE);
        if (!connection.closed) await this.lists.renew(connection, allowed);
      },
      failed: () => void this.lists.renew(connection, []),
      ended: () => this.lists.forget(connection),
    };
    return this.lists.watch(connection, mayWatch);
  }

  /** @throws RealtimeException for a rule that refuses or fails. */
  private async mayWatch(user: RealtimeUser | null, asked: readonly string[]): Promise<readonly string[]> {
    const rule = this.rules.watchRule as WatchRule;
    if (user === null || asked.length === 0) return [];
    try {
      const answer: unknown = await rule.ask(user, asked);
      const allowed = new Set<unknown>(Array.isArray(answer) ? answer : []);
      return asked.filter((userId) => allowed.has(userId));
    } catch (error) {
      const refusal = refusalOfHandler(error);
      if (refusal !== null && isRefusalCode(refusal.code)) throw refusal;
      throw repeatedInternalError(this.logger, `${rule.place}, which says which users a client may watch`, error);
    }
  }

  private refuse(connection: LiveConnection, refusal: RealtimeException, pending: PendingRequest): void {
    this.refusals.record(refusal, { gate: 'message', connection });
    pending.refuse(refusal);
  }
}
