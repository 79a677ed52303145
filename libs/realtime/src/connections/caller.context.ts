// On behalf of which connection does this code run? The sender of the message that is handled, or the page behind an HTTP request.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { NO_CALLER, NOT_FOLLOWED, type Party, whoFault } from './party.js';

/** Follows asynchronous code, so that a service that a handler calls knows the handler's caller. */
@Injectable()
export class CallerContext {
  private readonly storage = new AsyncLocalStorage<string>();
  private isFollowing = true;
  /** The caller of the code that runs now, while asynchronous code is not followed. */
  private current: string | null = null;
  private hasRunUnfollowed = false;

  /** The connection's id; null if there is no caller. */
  get connectionId(): string | null {
    return this.storage.getStore() ?? this.current;
  }

  /** Runs code on behalf of a connection. */
  run<Result>(connectionId: string, code: () => Result): Result {
    if (this.isFollowing) return this.storage.run(connectionId, code);
    this.hasRunUnfollowed = true;
    const outer = this.current;
    this.current = connectionId;
    try {
      return code();
    } finally {
      this.current = outer;
    }
  }

  /**
   * Stops following asynchronous code, until something asks for the caller. On Node 20 and 22, every promise of the process pays for the
   * storage once it has been used.
   */
  rest(): void {
    this.isFollowing = false;
  }

  /** Whose connections a `Who` means; null for `'caller'` where there is none. @throws what `faultOf` makes, if it means no connection. */
  find(who: unknown, faultOf: (problem: string) => Error): Party | null {
    const fault = whoFault(who);
    if (fault !== null) throw faultOf(fault);
    if (who !== 'caller') return partyOf(who as Party);
    const connectionId = this.ask(faultOf);
    return connectionId === null ? null : { connectionId };
  }

  /** As `find`, and throws where there is no caller, too. */
  demand(who: unknown, faultOf: (problem: string) => Error): Party {
    const party = this.find(who, faultOf);
    if (party === null) throw faultOf(NO_CALLER);
    return party;
  }

  /** @throws what `faultOf` makes, where the caller of code that was not followed is unknown. From then on all code is followed. */
  private ask(faultOf: (problem: string) => Error): string | null {
    const { connectionId, hasRunUnfollowed } = this;
    this.isFollowing = true;
    this.hasRunUnfollowed = false;
    if (connectionId === null && hasRunUnfollowed) throw faultOf(NOT_FOLLOWED);
    return connectionId;
  }
}

/** A copy of its one id: a `RealtimeConnection` is a `Who`, and must not be kept. */
function partyOf({ userId, sessionId, connectionId }: Party): Party {
  if (userId !== undefined) return { userId };
  return sessionId !== undefined ? { sessionId } : { connectionId: connectionId };
}
