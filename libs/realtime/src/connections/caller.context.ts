// On behalf of which connection does this code run? The sender of the message that is handled, or the page behind an HTTP request.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { NO_CALLER, type Party, whoFault } from './party.js';

/** Follows asynchronous code, so that a service that a handler calls knows the handler's caller. */
@Injectable()
export class CallerContext {
  private readonly storage = new AsyncLocalStorage<string>();

  /** The connection's id; null if there is no caller. */
  get connectionId(): string | null {
    return this.storage.getStore() ?? null;
  }

  /** Runs code on behalf of a connection. */
  run<Result>(connectionId: string, code: () => Result): Result {
    return this.storage.run(connectionId, code);
  }

  /** Whose connections a `Who` means; null for `'caller'` where there is none. @throws what `faultOf` makes, if it means no connection. */
  find(who: unknown, faultOf: (problem: string) => Error): Party | null {
    const fault = whoFault(who);
    if (fault !== null) throw faultOf(fault);
    if (who !== 'caller') return partyOf(who as Party);
    const { connectionId } = this;
    return connectionId === null ? null : { connectionId };
  }

  /** As `find`, and throws where there is no caller, too. */
  demand(who: unknown, faultOf: (problem: string) => Error): Party {
    const party = this.find(who, faultOf);
    if (party === null) throw faultOf(NO_CALLER);
    return party;
  }
}

/** A copy of its one id: a `RealtimeConnection` is a `Who`, and must not be kept. */
function partyOf({ userId, sessionId, connectionId }: Party): Party {
  if (userId !== undefined) return { userId };
  return sessionId !== undefined ? { sessionId } : { connectionId: connectionId };
}
